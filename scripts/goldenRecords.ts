// Which tests hold us against which record: how many cases a record has, and in which tests' names they are found.
import { casesOf, schedulerNames } from '../test/schedulers.ts'

export interface Record {
  /** How many cases the record has, less those left out. */
  total: number
  /** The first group of `test` is the case; a case may have several tests. */
  from: { file: string; test: RegExp }[]
  /** Cases that are not checked, and why. */
  leftOut?: { [name: string]: string }
}

const trajectories: { [scheduler: string]: string } = {
  ...Object.fromEntries(
    ['DPMSolverMultistep', 'DPMSolverMultistepInverse', 'DPMSolverSinglestep', 'EDMDPMSolverMultistep', 'UniPCMultistep', 'DEISMultistep', 'SASolver', 'PNDM', 'IPNDM'].map(
      (name) => [`${name}Scheduler`, 'test/engine/solvers.test.ts'],
    ),
  ),
  DDPMScheduler: 'test/engine/samplers.test.ts',
  DDIMScheduler: 'test/engine/samplers.test.ts',
  RePaintScheduler: 'test/engine/guidance.test.ts',
}

/** The trajectory, and with it the list of timesteps and levels. */
const schedulers = Object.fromEntries(
  schedulerNames.map((name): [string, Record] => {
    const test = new RegExp(`(${name}/\\d+)`)
    return [
      `02_schedulers/${name}.json`,
      {
        total: casesOf(name).length,
        from: [{ file: trajectories[name] ?? 'test/engine/sigmaSamplers.test.ts', test }],
      },
    ]
  }),
)

export const records: { [name: string]: Record } = {
  ...schedulers,
}
