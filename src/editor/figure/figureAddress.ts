// Addresses of figures, and the code that puts one into a page.
import type { HideablePart } from '../drops/address.ts'
import type { FigureLook } from './figureLook.ts'

/** Settings of the dialog for embedding. */
export interface EmbedOptions extends FigureLook {
  /** A figure of params and views, or the graph. */
  kind: 'figure' | 'graph'
  hide: ReadonlySet<HideablePart>
  zone?: string | undefined
  height: number
}

/** What the address names: a ready workflow, or a workflow in its fragment (with #). */
export type EmbeddedWorkflow = { ready: string } | { hash: string }

/** Address of a figure. `base` is that of the editor. */
export function figureAddress(
  base: string,
  workflow: EmbeddedWorkflow,
  { kind, hide, zone, theme, autoRun }: EmbedOptions,
): string {
  const parts = [
    'embed',
    ...(kind === 'figure' ? ['read'] : []),
    ...('ready' in workflow ? [`workflow=${encodeURIComponent(workflow.ready)}`] : []),
    ...(hide.size > 0 ? [`hide=${[...hide].join(',')}`] : []),
    ...(zone === undefined ? [] : [`zone=${encodeURIComponent(zone)}`]),
    ...(theme === 'system' ? [] : [`theme=${theme}`]),
    ...(autoRun ? ['run'] : []),
  ]
  const page = base.replace(/[?#].*$/s, '')
  return `${page}?${parts.join('&')}${'hash' in workflow ? workflow.hash : ''}`
}

/** HTML that shows a figure. `title` names it for screen readers. */
export const figureCode = (address: string, title: string, height: number): string =>
  `<iframe src="${escapeHtml(address)}" title="${escapeHtml(title)}" ` +
  `width="100%" height="${height}" ` +
  'loading="lazy" allow="cross-origin-isolated; clipboard-write" style="border: 0"></iframe>'

const escapeHtml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
