// Functions of Python that scripts contain, if they use them.
import checkpoints from './python/checkpoints.py?raw'
import data from './python/data.py?raw'
import levels from './python/levels.py?raw'
import metrics from './python/metrics.py?raw'
import models from './python/models.py?raw'
import output from './python/output.py?raw'
import philox from './python/philox.py?raw'
import predictions from './python/predictions.py?raw'
import random from './python/random.py?raw'
import sampling from './python/sampling.py?raw'
import training from './python/training.py?raw'

/** The module beside the script that `--exact` needs. */
export const philoxModule = philox

/** The definitions of a file, by name, in its order. */
const splitDefinitions = (text: string): [string, string][] =>
  text
    .trim()
    .split(/\n\n\n+/)
    .map((code) => [/^(?:@.*\n)*(?:def|class) (\w+)/.exec(code)?.[1] ?? '', code])

const definitions = new Map(
  [random, levels, predictions, data, models, training, checkpoints, sampling, metrics, output].flatMap(
    splitDefinitions,
  ),
)

export const libraryNames: ReadonlySet<string> = new Set(definitions.keys())

/** True if the code contains the name as a word. */
export const mentions = (code: string, name: string): boolean =>
  new RegExp(`(?<![.\\w])${name}\\b`).test(code)

/** The functions that the code uses, directly or by others, in the order of the library. */
export function usedDefinitions(code: string): string[] {
  const used = new Set<string>()
  const visit = (text: string) => {
    for (const [name, definition] of definitions) {
      if (used.has(name) || !mentions(text, name)) continue
      used.add(name)
      visit(definition)
    }
  }
  visit(code)
  return [...definitions].filter(([name]) => used.has(name)).map(([, definition]) => definition)
}

const modules = [
  ['copy', 'copy.'],
  ['csv', 'csv.'],
  ['functools', 'functools.'],
  ['gzip', 'gzip.'],
  ['itertools', 'itertools.'],
  ['hashlib', 'hashlib.'],
  ['json', 'json.'],
  ['math', 'math.'],
  ['os', 'os.'],
  ['struct', 'struct.'],
  ['sys', 'sys.'],
  ['time', 'time.'],
  ['zipfile', 'zipfile.'],
  ['zlib', 'zlib.'],
] as const

/** Import lines of the code, besides those of networks. */
export function importsOf(code: string, others: Iterable<string>): string[] {
  const uses = (text: string) => new RegExp(`(?<![.\\w])${text.replace('.', '\\.')}`).test(code)
  const standard = ['import argparse', ...modules.filter(([, use]) => uses(use)).map(([name]) => `import ${name}`)]
  const fromStandard = [
    ...(mentions(code, 'Path') ? ['from pathlib import Path'] : []),
    ...(mentions(code, 'NamedTuple') ? ['from typing import NamedTuple'] : []),
  ]
  const torch = [
    ...(uses('np.') ? ['import numpy as np'] : []),
    'import torch',
    ...(uses('F.') ? ['import torch.nn.functional as F'] : []),
    ...(mentions(code, 'safe_open') ? ['from safetensors import safe_open'] : []),
    ...(uses('load\\(') || uses('save\\(') ? ['from safetensors.torch import load, save'] : []),
    ...(mentions(code, 'nn') ? ['from torch import nn'] : []),
    ...(mentions(code, 'DistributedDataParallel')
      ? ['from torch.nn.parallel import DistributedDataParallel']
      : []),
  ]
  const all = new Set([...standard, ...fromStandard, ...torch])
  const isStandard = (line: string) => !/torch|numpy|safetensors/.test(line)
  const extra = [...others].filter((line) => !all.has(line))
  const lines = (keep: (line: string) => boolean) => {
    const chosen = [...all, ...extra].filter(keep)
    return [...chosen.filter((l) => l.startsWith('import')).sort(), ...chosen.filter((l) => l.startsWith('from')).sort()]
  }
  return [...lines(isStandard), '', ...lines((line) => !isStandard(line))]
}
