// Node types and kinds of models of the program: the built-in ones and those of `--nodes`. A process
// runs one command, so they are loaded once, before it begins.
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { getErrorMessage } from '../../engine/messages/fault.ts'
import type { ModelDefinition } from '../../engine/models/kinds/defined/definition.ts'
import { isModelDefinition } from '../../engine/models/kinds/defined/definition.ts'
import { registerModels } from '../../engine/models/kinds/defined/register.ts'
import { toDeclaration, type Declaration, type Op } from '../../engine/plan/op.ts'
import { cliMessages } from '../../messages/cli.ts'
import { nodes } from '../../nodes/table.ts'
import { CommandError } from '../node/failure.ts'

export const nodeTypes: Op[] = [...nodes]
export const declarations: Declaration[] = nodeTypes.map(toDeclaration)
export const declared = new Map(declarations.map((declaration) => [declaration.type, declaration]))

/**
 * Adds the nodes and kinds of models of modules: all exported results of `defineNode`, `defineLoop`
 * and `defineModel`, also in lists.
 * @throws CommandError if a module cannot be loaded, has none, or declares a type or kind again
 */
export async function addNodeTypes(files: readonly string[]): Promise<void> {
  for (const file of files) {
    const exported = listExports(await importModule(file))
    const own = exported.filter(isOp)
    const models = exported.filter(isModelDefinition)
    if (own.length + models.length === 0) throw new CommandError(cliMessages.noNodes({ file }))
    addModels(file, models)
    for (const op of own) {
      if (declared.has(op.type))
        throw new CommandError(cliMessages.declaredTwice({ file, type: op.type }))
      nodeTypes.push(op)
      const declaration = toDeclaration(op)
      declarations.push(declaration)
      declared.set(op.type, declaration)
    }
  }
}

async function importModule(file: string): Promise<Record<string, unknown>> {
  try {
    return (await import(/* @vite-ignore */ pathToFileURL(resolve(file)).href)) as Record<
      string,
      unknown
    >
  } catch (error) {
    throw new CommandError(cliMessages.moduleFailed({ file, reason: getErrorMessage(error) }))
  }
}

function addModels(file: string, models: readonly ModelDefinition[]) {
  try {
    registerModels(models)
  } catch (error) {
    throw new CommandError(cliMessages.moduleFailed({ file, reason: getErrorMessage(error) }))
  }
}

/** The exports of a module, also those in lists, each once. */
const listExports = (exports: Readonly<Record<string, unknown>>): unknown[] => [
  ...new Set(Object.values(exports).flatMap((each): unknown[] => [each].flat())),
]

const isOp = (value: unknown): value is Op => {
  const { type, role, inputs, params } = Object(value) as Partial<Record<keyof Op, unknown>>
  return (
    typeof type === 'string' &&
    typeof role === 'string' &&
    typeof inputs === 'object' &&
    typeof params === 'object'
  )
}
