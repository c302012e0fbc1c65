// The reference of the formula language, docs/formula.md, from the table of functions.
import { functionGroups } from '../src/engine/formula/functions.ts'
import type { FormulaFunction } from '../src/engine/formula/functionTypes.ts'
import { MAX_CHARACTERS, MAX_DEPTH, MAX_NODES } from '../src/engine/formula/program.ts'

/** Returns the reference as Markdown. */
export const formulaReference = (): string =>
  [
    INTRODUCTION,
    ...[...functionGroups].flatMap(([name, all]) => ['', ...table(name, all)]),
    '',
  ].join('\n')

const table = (name: string, functions: readonly FormulaFunction[]): string[] => [
  `## ${name}`,
  '',
  `| ${name === 'Operators' ? 'Operator' : 'Function'} | Value |`,
  '|---|---|',
  ...functions.map((each) => `| \`${written(each)}\` | ${each.about}. |`),
]

function written({ written: name, args, arity: [least] }: FormulaFunction): string {
  if (/^[a-z]\w+$/.test(name) && !['and', 'or', 'not'].includes(name)) return `${name}(${args})`
  if (least === 1) return name === 'not' ? 'not x' : '-x'
  return `x ${name} y`
}

const INTRODUCTION = `# Formulas

Generated from \`src/engine/formula\` by \`npm run docs\`; edit that, not this file.

The Formula node computes an expression of its inputs.

\`\`\`
a + sigma * b
w = min(snr, 5) / snr; w * a
if(t > T / 2, a, b)
mean((a - b)^2)
\`\`\`

## Names

| Name | Value |
|---|---|
| \`a\` … \`p\` | The inputs. |
| \`t\` | The timestep at the input \`t\`: one, or one per item. |
| \`alpha\`, \`sigma\`, \`snr\`, \`log_snr\` | Levels of \`schedule\` at \`t\`. With an argument, at that time: \`alpha(t - 1)\`. |
| \`T\` | Number of timesteps of the schedule; the last time of a continuous one. |
| \`pi\` | π. |
| \`x = …;\` | Defines a name for the rest of the formula. It is computed once. |

Numbers are written as \`2\`, \`0.5\` or \`1e-3\`. A formula has at most ${MAX_CHARACTERS} characters,
${MAX_NODES} operands and operations, and ${MAX_DEPTH} nested brackets.

## Kinds of values

| Kind | Values of wires |
|---|---|
| number | number, loss; a single timestep |
| items \`[b]\` | losses, weights, labels; one timestep per item |
| batch \`[b, …]\` | samples, noise, prediction, logits |

A number broadcasts over everything, one number per item over the elements of its item, and sizes of
1 in batches of equal rank. All else is an error. The result has the largest kind of the operands.

Timesteps, weights, labels and some numbers are known on the CPU. Operations on them alone are
computed in float64; all others by the backend in float32. Levels of the schedule, and the outputs
timestep, weights and labels, need values that are known on the CPU.

## Result

\`output\` sets the type of the result, \`like a\` gives it that of \`a\`.

| Type | Needs | Notes |
|---|---|---|
| samples, noise | batch | Has the space of the first operand with data. |
| prediction | batch | The prediction type is that of the predictions in the expression, or \`predicts\`. |
| number, loss | number | |
| losses (like a) | items | Has the timesteps of \`a\`. |
| timestep | items or number on the CPU | At least -1. With \`schedule\`, within its range. |
| weights | items or number on the CPU | Finite and at least 0. |
| labels | items or number on the CPU | Integers of at least -1. |

A formula that is only the name of an input passes its value on unchanged.

## Schedules

With \`beta_schedule\` set to formula, NoiseSchedule computes \`expression\` as its ᾱ:

\`\`\`
cos((u + 0.008) / 1.008 * pi / 2)^2
cos(0.49 * pi * u)^3
s = 3; 1 / (1 + exp(2 * s * u - s))
\`\`\`

\`u\` runs from 0 to 1: ᾱ of timestep \`t\` is the value at u = (t + 1) / T, divided by that at u = 0, and
each β is at most 0.999. The values must be in (0, 1] and fall; the last one may be 0. There are no
other inputs, no reductions and no functions of a schedule.

## Gradients

Gradients flow through all functions. Comparisons, logical operators, \`sign\`, \`floor\`, \`ceil\`,
\`round\` and \`stop\` have none. The branch of \`if\` that is not taken contributes nothing, even if its
derivative is infinite: \`if(a > 0, sqrt(a), 0)\` has gradient 0 at 0.

## Precedence

From the weakest: \`or\`, \`and\`, \`not\`, comparisons (not chained), \`+\` and \`-\`, \`*\` and \`/\`,
unary \`-\`, \`^\`.`
