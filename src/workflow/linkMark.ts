/**
 * Prefix of a URL fragment that contains a workflow. In its own file because link.ts imports
 * deflate.
 */
export const LINK_MARK = '#workflow='
