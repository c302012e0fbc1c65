// Functions of the engine under their names of 0.1, which were too general.
import { renamed } from './base/renamed.ts'
import { mlp as mlpModel } from './models/kinds/mlp/mlp.ts'
import { unet as unetModel } from './models/kinds/unet/init.ts'
import { compile as compileGraph, tryCompile as tryCompileGraph } from './plan/compile.ts'
import { input as inputWire, wire as nodeWire } from './plan/graph.ts'
import { guide as guidePrediction } from './process/guidance.ts'

/** @deprecated Use `compileGraph`. */
export const compile = renamed('compile', 'compileGraph', compileGraph)

/** @deprecated Use `guidePrediction`. */
export const guide = renamed('guide', 'guidePrediction', guidePrediction)

/** @deprecated Use `inputWire`. */
export const input = renamed('input', 'inputWire', inputWire)

/** @deprecated Use `mlpModel`. */
export const mlp = renamed('mlp', 'mlpModel', mlpModel)

/** @deprecated Use `tryCompileGraph`. */
export const tryCompile = renamed('tryCompile', 'tryCompileGraph', tryCompileGraph)

/** @deprecated Use `unetModel`. */
export const unet = renamed('unet', 'unetModel', unetModel)

/** @deprecated Use `nodeWire`. */
export const wire = renamed('wire', 'nodeWire', nodeWire)
