// Prints formulas as LaTeX.
import type { Operand, Program } from './program.ts'
import { printLines } from './print.ts'

/** Returns one equation per definition, and one for the result. */
export const formulaLatex = (program: Program, result?: string): string[] =>
  printLines(program, {
    notation: ({ latex }) => latex,
    operand: latexOperand,
    name: latexName,
    brackets: (text) => `\\left(${text}\\right)`,
  }).map(({ name = result, text }) => (name === undefined ? text : `${name} = ${text}`))

const latexOperand = (operand: Operand): string =>
  operand.kind === 'number' ? latexNumber(operand.value) : operand.name

/** `0.001`, `\pi`, `10^{-9}` with its factor. */
export function latexNumber(value: number): string {
  if (value === Math.PI) return '\\pi'
  const [digits, exponent] = String(value).split('e')
  return exponent === undefined ? digits : `{${digits} \\cdot 10^{${Number(exponent)}}}`
}

const GREEK =
  /^(alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|nu|xi|rho|tau|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Phi|Psi|Omega)$/

/** `lambda` as a Greek letter, `x_0` with an index, all other names upright. */
export function latexName(name: string): string {
  const [, base = name, index] = /^([A-Za-z]+)_([A-Za-z0-9]+)$/.exec(name) ?? []
  const letter = GREEK.test(base) ? `\\${base}` : base.length === 1 ? base : undefined
  if (letter === undefined) return `\\mathrm{${name.replaceAll('_', '\\_')}}`
  if (index === undefined) return letter
  return `${letter}_{${index.length > 1 ? `\\mathrm{${index}}` : index}}`
}
