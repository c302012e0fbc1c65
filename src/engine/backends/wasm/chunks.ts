// Divides the items of a batch into jobs for the threads.
import type { Phase } from './callPlans.ts'
import type { Job } from './jobs.ts'
import { repeatCalls } from './wasmFunctions.ts'

/** Multiplications of a job that take much longer than taking it. */
const JOB_WORK = 2 ** 20

/**
 * Returns how many jobs to make of some work: several for each thread, so that none waits long for
 * the last one.
 */
export const chooseJobCount = (threads: number, multiplications: number): number =>
  threads === 1
    ? 1
    : Math.min(8 * threads, Math.max(4 * threads, Math.ceil(multiplications / JOB_WORK)))

export interface Chunking {
  items: number
  /** Rows of an item. */
  height: number
  /** The number of jobs. */
  jobs: number
  itemsPerJob: number
  /** Less than `height` where there are too few items for all threads. */
  rowsPerJob: number
  /** The number of items that have a buffer at the same time. */
  buffers: number
}

export function chunkItems(
  threads: number,
  [items, height]: readonly [items: number, height: number],
  multiplications: number,
): Chunking {
  if (threads === 1 || items >= 2 * threads) {
    const itemsPerJob = Math.ceil(items / chooseJobCount(threads, multiplications))
    const jobs = Math.ceil(items / itemsPerJob)
    return { items, height, jobs, itemsPerJob, rowsPerJob: height, buffers: jobs }
  }
  const rowsPerJob = Math.min(height, 2 * Math.ceil((height * items) / (4 * threads)))
  const jobs = items * Math.ceil(height / rowsPerJob)
  return { items, height, jobs, itemsPerJob: 1, rowsPerJob, buffers: items }
}

/** Build the calls for an item, given the index of its buffer. */
export interface ItemSteps {
  before(item: number, buffer: number): Job
  rows(item: number, buffer: number, first: number, count: number): Job
  after(item: number, buffer: number): Job
}

interface WorkEstimate {
  multiplications: number
  /** The cost of what comes before and after, in multiplications. */
  copyWork: number
}

/**
 * Returns the phases for all items. Neither the threads nor their number affect the result's bits.
 */
export function buildPhases(chunking: Chunking, steps: ItemSteps, estimate: WorkEstimate): Phase[] {
  return chunking.rowsPerJob === chunking.height
    ? [itemPhase(chunking, steps, estimate)]
    : rowPhases(chunking, steps, estimate)
}

/** One phase whose jobs compute entire items. */
function itemPhase(
  { items, height, jobs, itemsPerJob }: Chunking,
  steps: ItemSteps,
  { multiplications }: WorkEstimate,
): Phase {
  const buildJob = (job: number) =>
    repeatCalls(Math.min(itemsPerJob, items - job * itemsPerJob), (i) => {
      const item = job * itemsPerJob + i
      return [
        ...steps.before(item, job),
        ...steps.rows(item, job, 0, height),
        ...steps.after(item, job),
      ]
    })
  return { jobs: Array.from({ length: jobs }, (_, job) => buildJob(job)), multiplications }
}

/**
 * Phases whose jobs compute some rows of an item, between phases for what comes before and after.
 */
function rowPhases(
  { items, height, jobs, rowsPerJob }: Chunking,
  steps: ItemSteps,
  { multiplications, copyWork }: WorkEstimate,
): Phase[] {
  const forItems = (build: (item: number, buffer: number) => Job): Phase => ({
    jobs: Array.from({ length: items }, (_, item) => build(item, item)).filter(
      ({ length }) => length > 0,
    ),
    multiplications: copyWork,
  })
  const jobsPerItem = jobs / items
  const rowJobs = Array.from({ length: jobs }, (_, job) => {
    const [item, first] = [Math.floor(job / jobsPerItem), (job % jobsPerItem) * rowsPerJob]
    return steps.rows(item, item, first, Math.min(rowsPerJob, height - first))
  })
  return [
    forItems((item, buffer) => steps.before(item, buffer)),
    { jobs: rowJobs, multiplications },
    forItems((item, buffer) => steps.after(item, buffer)),
  ].filter(({ jobs }) => jobs.length > 0)
}
