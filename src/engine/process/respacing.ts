// Timestep respacing in the syntax of guided-diffusion: "ddim50", "250" or "10,15,20".
import { EngineError } from '../base/errors.ts'
import { processMessages } from '../messages/process.ts'

/** Limit on untrusted texts. */
const MOST_CHARACTERS = 10_000

/**
 * Selects timesteps of T, in ascending order (Dhariwal & Nichol 2021, appendix). "10,15,20" divides
 * them into three equal sections with so many timesteps each, including the ends of the section.
 * "ddimN" uses the fixed stride that gives N timesteps from 0. Samplers use the β between these
 * levels, 1 - ᾱ_t / ᾱ_s. Throws EngineError for any other text.
 */
export function respacedTimesteps(T: number, text: string): number[] {
  if (text.length > MOST_CHARACTERS)
    throw new EngineError(processMessages.respacing, {
      argument: 'timestep_respacing',
      text: `${text.slice(0, 40)}…`,
    })
  const stride = /^ddim(\d+)$/.exec(text.trim())
  if (stride) return stridedTimesteps(T, Number(stride[1]), text)
  const counts = text.split(',').map((part) => part.trim())
  if (!counts.every((count) => /^[1-9]\d*$/.test(count))) {
    throw new EngineError(processMessages.respacing, { argument: 'timestep_respacing', text })
  }
  return sectionTimesteps(T, counts.map(Number), text)
}

function stridedTimesteps(T: number, count: number, text: string): number[] {
  for (let stride = 1; stride < T || stride === 1; stride++) {
    if (Math.ceil(T / stride) === count) return Array.from({ length: count }, (_, i) => i * stride)
  }
  throw new EngineError(processMessages.respacingStride, {
    argument: 'timestep_respacing',
    text,
    T,
    count,
  })
}

function sectionTimesteps(T: number, counts: readonly number[], text: string): number[] {
  const size = Math.floor(T / counts.length)
  const longer = T % counts.length
  let start = 0
  return counts.flatMap((count, i) => {
    const length = size + (i < longer ? 1 : 0)
    if (count > length) throw sectionSizeError(text, length, count)
    const step = count === 1 ? 1 : (length - 1) / (count - 1)
    // Accumulates the sum as the original does: its rounding errors decide how halves are rounded.
    let place = 0
    const taken = Array.from(
      { length: count },
      (_, k) => start + roundHalfEven(k === 0 ? place : (place += step)),
    )
    start += length
    return taken
  })
}

/** Rounds halves to even, like numpy and Python. */
export function roundHalfEven(x: number): number {
  const rounded = Math.round(x)
  return rounded - x === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded
}

const sectionSizeError = (text: string, size: number, count: number) =>
  new EngineError(processMessages.respacingSection, {
    argument: 'timestep_respacing',
    text,
    size,
    count,
  })
