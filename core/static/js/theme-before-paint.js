/* A classic script in the head, only when the person leaves light or dark to the device: settle it before anything shows. */
document.documentElement.dataset.bsTheme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
