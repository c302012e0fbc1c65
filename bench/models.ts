// The timed UNets in each form: closed, and with their layers as nodes.
import type { Model } from '../src/engine/models/model.ts'
import type { ModelName } from '../src/hosts/bench/unets.ts'
import { newUnet } from '../src/hosts/bench/unets.ts'
import type { OpenForm } from './forms.ts'
import { openUnet } from './forms.ts'

export function newModel(name: ModelName, form?: OpenForm): Model {
  const closed = newUnet(name)
  return form ? openUnet(closed, form) : closed
}
