// Texts of declarations and faults, with `names` between backticks.

/** Renders a text with its names as code. */
export const Prose = ({ children }: { children: string }) => (
  <>{children.split('`').map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</>
)
