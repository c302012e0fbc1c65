/** Returns the folder of a copy of the working tree, which is removed when the process ends. */
export function createScratchCopy(): string
/**
 * Replaces a text that a file of the copy contains exactly once.
 * @throws Error for another number of places
 */
export function replaceOnce(folder: string, file: string, text: string, replacement: string): void
