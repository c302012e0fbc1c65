// Words of declarations and faults, in which `names` stand between backticks.

/** The words, with names set as code. */
export const Prose = ({ children }: { children: string }) => (
  <>{children.split('`').map((part, i) => (i % 2 ? <code key={i}>{part}</code> : part))}</>
)
