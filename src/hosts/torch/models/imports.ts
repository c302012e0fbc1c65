// Import lines of Python source.

/** Modules by what the source contains if it uses them. */
const modules: readonly (readonly [use: RegExp, line: string])[] = [
  [/\bmath\./, 'import math'],
  [/\bOrderedDict\b/, 'from collections import OrderedDict'],
  [/\btorch\./, 'import torch'],
  [/\bF\./, 'import torch.nn.functional as F'],
  [/\bnn\./, 'from torch import nn'],
]

/** The import lines that source needs. */
export const importsOf = (code: string): string[] =>
  modules.filter(([use]) => use.test(code)).map(([, line]) => line)
