// The steps of the tour: it goes on when what it asks for was done, and back when it was undone.

export const steps = ['run', 'watch', 'change', 'again', 'compare', 'end'] as const
export type Step = (typeof steps)[number]

/** What there is to be seen of what the user did. */
export interface Seen {
  running: boolean
  /** A run of this visit has come to its end, or was stopped. */
  ended: boolean
  /** The graph means something else than when it ran last. */
  changed: boolean
}

export function stepAfter(step: Step, { running, ended, changed }: Seen): Step {
  switch (step) {
    case 'run':
      return running ? 'watch' : step
    case 'watch':
      return running ? step : ended ? 'change' : 'run'
    case 'change':
      if (running) return 'watch'
      if (!ended) return 'run'
      return changed ? 'again' : step
    case 'again':
      if (running) return 'compare'
      if (!ended) return 'run'
      return changed ? step : 'change'
    case 'compare':
      return running ? step : ended ? 'end' : 'run'
    case 'end':
      return step
    default:
      return step satisfies never
  }
}
