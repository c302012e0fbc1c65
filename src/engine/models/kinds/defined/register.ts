// Registers kinds of models that developers have defined.
import { addDefinition, builtInKinds, definitions, findClass } from '../registry.ts'
import type { ModelDefinition } from './definition.ts'
import { getClassName, isModelDefinition } from './definition.ts'

/**
 * Makes kinds of models known to this engine, so that their models can be created, evaluated, saved
 * and loaded. The same definition may be registered again. Throws Error for a kind, or a class name
 * in files, that is already taken; built-in ones cannot be replaced.
 */
export function registerModels(models: readonly ModelDefinition[]) {
  for (const definition of models) {
    checkDefinition(definition)
    addDefinition(definition)
  }
}

function checkDefinition(definition: ModelDefinition) {
  if (!isModelDefinition(definition))
    throw new Error('Expected results of defineModel in models, got something else.')
  const { kind } = definition
  if (builtInKinds.includes(kind))
    throw new Error(
      `Expected a new kind of model, got "${kind}", which is built in. Give the definition another kind.`,
    )
  const known = definitions.get(kind)
  if (known === definition) return
  if (known)
    throw new Error(
      `Expected a new kind of model, got "${kind}" from two definitions. Give one of them another kind, or reload the page after a change.`,
    )
  const name = getClassName(definition)
  const other = findClass(name)
  if (other !== undefined)
    throw new Error(
      `Expected a new class name for models of kind "${kind}", got ${name}, which is that of "${other}". Set className.`,
    )
}
