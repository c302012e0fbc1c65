// Section of the details panel, and the colour of a category.
import type { ComponentChildren } from 'preact'

export const tint = (category: string) => ({ '--tint': `var(--cat-${category}, var(--cat-tools))` })

export function Section({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="section">
      <h3>{title}</h3>
      {children}
    </section>
  )
}
