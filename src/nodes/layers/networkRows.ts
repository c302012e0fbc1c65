// Rows about the network of a model: its size, cost and layers.
import type { Model } from '../../engine/models/model.ts'
import { countSteps } from '../../engine/models/graph/program.ts'
import type { Rows } from '../../engine/models/kinds/kind.ts'
import { findNetworkKind } from '../../engine/models/kinds/registry.ts'
import { networkProgram } from '../../engine/models/network.ts'

/** Rows about the network of a model; undefined for kinds without any. */
export const networkRows = (model: Model): Rows | undefined =>
  findNetworkKind(model)?.rows?.(model, (name) => countSteps(networkProgram(model, [name])))
