// Timesteps by sections, as guided-diffusion writes them: "ddim50", "250" or "10,15,20".
import { NodeError } from './plan/fault.ts'

/**
 * The timesteps of T that `text` names, ascending: "10,15,20" cuts them into as many equal sections and takes so many of each, its
 * ends included; "ddimN" has the fixed stride with which there are N from 0 on (Dhariwal & Nichol 2021, appendix). A model that
 * is sampled on them goes with the β between levels: 1 - ᾱ_t / ᾱ_s. Throws NodeError for anything else.
 */
export function respacedTimesteps(T: number, text: string): number[] {
  const stride = /^ddim(\d+)$/.exec(text.trim())
  if (stride) return strided(T, Number(stride[1]), text)
  const counts = text.split(',').map((part) => part.trim())
  if (!counts.every((count) => /^[1-9]\d*$/.test(count))) {
    throw refusal(text, 'what is neither', 'Write "250", "10,15,20" or "ddim50".')
  }
  return sections(T, counts.map(Number), text)
}

function strided(T: number, count: number, text: string): number[] {
  for (let stride = 1; stride < T || stride === 1; stride++) {
    if (Math.ceil(T / stride) === count) return Array.from({ length: count }, (_, i) => i * stride)
  }
  throw refusal(text, `no whole stride gives ${count} of ${T} timesteps in`, 'Take a number that divides the timesteps.')
}

function sections(T: number, counts: readonly number[], text: string): number[] {
  const size = Math.floor(T / counts.length)
  const longer = T % counts.length
  let start = 0
  return counts.flatMap((count, i) => {
    const length = size + (i < longer ? 1 : 0)
    if (count > length) throw refusal(text, `${count} timesteps of a section of ${length} in`, 'Ask for fewer.')
    const step = count === 1 ? 1 : (length - 1) / (count - 1)
    // Added up, as there: halves are rounded by what the sum makes of them.
    let place = 0
    const taken = Array.from({ length: count }, (_, k) => start + roundHalfEven(k === 0 ? place : (place += step)))
    start += length
    return taken
  })
}

/** As numpy and Python round. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x)
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

const refusal = (text: string, what: string, cure: string) =>
  new NodeError({
    param: 'timestep_respacing',
    message: `Expected numbers of timesteps by section, or ddim and a number, got ${what} "${text}".`,
    cure,
  })
