// Variable names of a script of Python.
import { toSnake } from '../program/identifiers.ts'
import { ProgramNames } from '../program/programNames.ts'

/** Words that variables cannot have: keywords, builtins and modules that the script uses. */
const RESERVED = new Set(
  `False None True and as assert async await break class continue def del elif else except finally for from global if import
  in is lambda nonlocal not or pass raise return try while with yield match case
  abs bool bytes dict enumerate filter float int isinstance iter len list map max min next object open print range repr
  reversed round set setattr slice sorted str sum super tuple type zip
  copy functools given weight itertools math np nn torch F support philox out self step mine group`.split(
    /\s+/,
  ),
)

/** Variables of lambdas and comprehensions, which hide those of the program. */
const INNER = new Set(['i', 't', 'w', 'x'])

/** The variable of a title. */
export function titleName(title: string): string {
  const name = toSnake(title)
  return INNER.has(name) ? `value_${name}` : name
}

/** Functions and classes that networks contain (models/), and their imports. */
export const HELPERS: ReadonlySet<string> = new Set(
  `Attention ClassifierBlock CrossAttention DiTBlock DiTEmbedding DownResnetBlock Downsample FourierEmbedding GEGLU Group
  JiTBlock Level LinearAttention MidBlock OrderedDict ResnetBlock RotaryAttention RotaryEmbedding Scale ScaledAttention
  ScaledLinearAttention ScaledResnetBlock SelfAttention SwiGLU TinyBlock Transformer TransformerBlock UpResnetBlock
  Upsample attend attend_linearly fourier_features grid_embedding named patchify timestep_embedding unpatchify zero`.split(
    /\s+/,
  ),
)

export class PythonNames extends ProgramNames {
  constructor() {
    super(new Set([...RESERVED, ...HELPERS]))
  }

  /** The names that were taken or reserved. */
  own(): ReadonlySet<string> {
    return this.taken
  }

  /** Reserves the names of functions and classes. */
  reserve(names: Iterable<string>) {
    for (const name of names) this.taken.add(name)
  }
}
