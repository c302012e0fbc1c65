// The experiments of courses and papers: the workflow of each, its settings, and the numbers that it
// has to give. `npm run experiments` runs them; docs/experiments.md shows the results.

/** A number of an experiment. */
export interface Measurement {
  /** What is measured, in words. */
  name: string
  /** The output that carries the number: `Title.slot`. */
  output: string
  /** Smallest and largest value that is accepted. */
  from: number
  to: number
}

export interface Experiment {
  /** Unique name. */
  id: string
  title: string
  /** Course or paper, and the part of it. */
  source: string
  /** File in `workflows/` or `experiments/`, without `.json`. */
  workflow: string
  /** Settings that differ from the file: `Title.param`. */
  set?: Readonly<Record<string, unknown>>
  measurements: readonly Measurement[]
}

/** Experiments under one heading. */
export interface ExperimentGroup {
  title: string
  experiments: readonly Experiment[]
}

/** Describes a measured number: `expectNumber('distance', 'Distance.distance', 0, 0.1)`. */
export const expectNumber = (
  name: string,
  output: string,
  from: number,
  to: number,
): Measurement => ({ name, output, from, to })

export const groups: readonly ExperimentGroup[] = []
