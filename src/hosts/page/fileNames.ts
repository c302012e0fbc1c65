// Names shared by the build and the page.

/** Next to index.html, because the scope of a service worker is its own folder. */
export const SERVICE_WORKER = 'service-worker.js'

/** Page that servers show for addresses without a file, next to index.html. */
export const NOT_FOUND = '404.html'

/** Template of pages in one file, next to index.html. Loaded when a page is saved. */
export const PAGE_TEMPLATE = 'page-template.html'

/** Template of lessons in one file. It gets the engine of the other template. */
export const LESSON_TEMPLATE = 'lesson-template.html'

/** Both templates in the package: JSON of their texts by name, compressed by Brotli. */
export const PACKED_TEMPLATES = 'page-templates.br'

/** Licences of the packages that a build contains. */
export const LICENCES = 'THIRD-PARTY-LICENSES.txt'

/** Script of the engine without the modules around it (engineCore.ts). */
export const ENGINE_CORE = 'core.js'
