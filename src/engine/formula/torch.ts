// Prints formulas as a PyTorch function.
import { inputNames, usedInputs, type Operand, type Program } from './program.ts'
import { printLines } from './print.ts'

/**
 * Returns Python code of a function with the used inputs as arguments. Batches are tensors
 * `[b, ...]`. A value per item has to be `[b, 1, ...]`. `schedule` has methods `alpha`, `sigma`,
 * `snr`, `log_snr` and `time`, and the attribute `T`.
 */
export function formulaTorch(program: Program, functionName = 'formula'): string {
  const used = usedInputs(program)
  const args = [...inputNames, 't'].filter((name) => used.has(name))
  const lines = printLines(program, {
    notation: ({ torch }) => torch,
    operand: pythonOperand,
    name: pythonName,
    brackets: (text) => `(${text})`,
  })
  return [
    ...HELPERS,
    '',
    '',
    `def ${functionName}(${[...args, 'schedule=None'].join(', ')}):`,
    ...lines.map(({ name, text }) => `    ${name === undefined ? 'return' : `${name} =`} ${text}`),
    '',
  ].join('\n')
}

const HELPERS = `import torch


def as_tensor(x):
    return torch.as_tensor(x, dtype=torch.float32)


def as_number(x):
    return torch.as_tensor(x).float()


def over_items(reduce, x):
    x = as_tensor(x)
    return reduce(x, dim=tuple(range(1, x.dim())), keepdim=True) if x.dim() > 1 else x`.split('\n')

const pythonOperand = (operand: Operand): string =>
  operand.kind === 'number'
    ? String(operand.value)
    : operand.name === 'T'
      ? 'schedule.T'
      : operand.name

/** Defined names get a suffix, so that none is a keyword or a module of Python. */
const pythonName = (name: string) => `${name}_`
