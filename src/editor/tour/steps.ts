// Steps of the tour: it advances when the user acts, and goes back when the action is undone.

export const steps = ['run', 'watch', 'change', 'again', 'compare', 'end'] as const
export type Step = (typeof steps)[number]

/** Effects of the user's actions. */
export interface UserProgress {
  running: boolean
  /** True if a run of this visit has finished or was stopped. */
  ended: boolean
  /** True if the graph's results may differ from those of the last run. */
  changed: boolean
}

export function nextStep(step: Step, { running, ended, changed }: UserProgress): Step {
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
