/**
 * The browser's side of Pelatis. Every module listens on the document (event delegation), so that what htmx swaps in
 * works without being set up again, and nothing needs an inline handler.
 */
import "./rows.js";
import "./requests.js";
import "./once.js";
import "./toast.js";
import "./dialogs.js";
import "./palette.js";
import "./keyboard.js";
import "./list.js";
import "./select.js";
import "./panel.js";
import "./inline-edit.js";
import "./composer.js";
import "./board.js";
import "./order.js";
import "./relation.js";
import "./upload.js";
import "./dates.js";
import "./current.js";
import "./preferences.js";
import "./buttons.js";
