// Types and short forms of the table of experiments.

/** A number of an experiment. */
export interface Measurement {
  /** What is measured, in words. */
  name: string
  /** The output that carries the number: `Title.slot`, or `Title.slot[2]` in a history. */
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

/** An experiment that ends with the distance of its samples to the data. */
export const near = (
  id: string,
  title: string,
  source: string,
  workflow: string,
  to: number,
  set?: Experiment['set'],
): Experiment => ({
  id,
  title,
  source,
  workflow,
  ...(set && { set }),
  measurements: [expectNumber('sliced Wasserstein', 'Distance.distance', 0, to)],
})
