/** The words that modules say, in the person's language (core/templates/words.html). */

const words = JSON.parse(document.querySelector("meta[name=crm-words]")?.content || "{}");

/**
 * Say a word.
 * @param {string} name its name in words.html
 * @param {Object<string, string|number>} [values] what stands in {braces}
 * @returns {string}
 */
export function say(name, values = {}) {
  return (words[name] ?? name).replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

/** The person's language, for Intl. */
export const language = document.documentElement.lang || "en";
