// The source as a tree, and what a name in it stands for: enough to follow a text from where it is written to where it is said.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { parseSync } from 'vite'

/** A part of the source, as ESTree has it. */
// oxlint-disable-next-line no-explicit-any
export type Part = { type: string; up?: Part | undefined; file: string; [key: string]: any }

export interface Source {
  files: ReadonlyMap<string, Part>
  /** Every part, in the order of the source. */
  parts: readonly Part[]
  /** What calls a function or makes an instance of a class, by its declaration. */
  callsOf: ReadonlyMap<Part, readonly Part[]>
}

/** What a name stands for: an expression, a function, a class, or what a function is given. */
export type Meaning =
  | { kind: 'value'; of: Part }
  | { kind: 'function' | 'class'; of: Part }
  | { kind: 'given'; to: Part; index: number; key?: string; usual?: Part | undefined }

const ROOT = join(import.meta.dirname, '../..')

export function readSource(folders: readonly string[]): Source {
  const files = new Map<string, Part>()
  const parts: Part[] = []
  for (const path of folders.flatMap((folder) => filesIn(join(ROOT, folder)))) {
    const file = relative(ROOT, path)
    const program = parseSync(path, readFileSync(path, 'utf8'), { lang: 'ts' }).program as unknown as Part
    files.set(file, program)
    visit(program, undefined, file, parts)
  }
  return { files, parts, callsOf: callsIn(files, parts) }
}

const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
    .toSorted()
    .map((name) => join(folder, name))

function visit(part: Part, up: Part | undefined, file: string, parts: Part[]) {
  part.file = file
  part.up = up
  parts.push(part)
  for (const child of childrenOf(part)) visit(child, part, file, parts)
}

/** Without types: nothing is said in them. */
export function childrenOf(part: Part): Part[] {
  const children: Part[] = []
  for (const key in part) {
    if (key === 'up') continue
    const value: unknown = part[key]
    if (Array.isArray(value)) children.push(...value.filter(isPart))
    else if (isPart(value)) children.push(value)
  }
  return children
}

const isPart = (value: unknown): value is Part => {
  const type = (value as Part | null | undefined)?.type
  return typeof type === 'string' && (!type.startsWith('TS') || type.endsWith('Expression') || type === 'TSParameterProperty')
}

export const isFunction = ({ type }: Part) =>
  type === 'ArrowFunctionExpression' || type === 'FunctionDeclaration' || type === 'FunctionExpression'

/** What `name` means where `at` is; undefined if that is not in the source. */
export function meaningOf(name: string, at: Part, files: Source['files'], depth = 0): Meaning | undefined {
  for (let scope: Part | undefined = at; scope; scope = scope.up) {
    const found = isFunction(scope) ? givenTo(scope, name) : declaredIn(scope, name, files, depth)
    if (found) return found
  }
  return undefined
}

function givenTo(to: Part, name: string): Meaning | undefined {
  for (const [index, param] of (to.params as Part[]).entries()) {
    const given = param.type === 'TSParameterProperty' ? param.parameter : param
    const [pattern, usual] = given.type === 'AssignmentPattern' ? [given.left, given.right] : [given, undefined]
    if (pattern.type === 'Identifier' && pattern.name === name) return { kind: 'given', to, index, usual }
    if (pattern.type === 'ObjectPattern') {
      const property = (pattern.properties as Part[]).find(({ value }) => (value?.left ?? value)?.name === name)
      if (property) return { kind: 'given', to, index, key: property.key.name, usual: property.value.right }
    }
  }
  return undefined
}

function declaredIn(scope: Part, name: string, files: Source['files'], depth: number): Meaning | undefined {
  if (scope.type !== 'Program' && scope.type !== 'BlockStatement') return undefined
  for (const statement of scope.body as Part[]) {
    const declaration: Part = statement.type === 'ExportNamedDeclaration' ? (statement.declaration ?? statement) : statement
    if (declaration.type === 'FunctionDeclaration' && declaration.id.name === name) return { kind: 'function', of: declaration }
    if (declaration.type === 'ClassDeclaration' && declaration.id.name === name) return { kind: 'class', of: declaration }
    if (declaration.type === 'VariableDeclaration') {
      const found = (declaration.declarations as Part[]).find(({ id, init }) => id.name === name && init)
      if (found) return { kind: isFunction(found.init) ? 'function' : 'value', of: found.init }
    }
    if (declaration.type === 'ImportDeclaration' && depth < 4) {
      const specifier = (declaration.specifiers as Part[]).find(({ local }) => local.name === name)
      const file = join(dirname(declaration.file), declaration.source.value)
      const program = specifier?.imported && files.get(file)
      if (program) return meaningOf(specifier.imported.name, program, files, depth + 1)
    }
  }
  return undefined
}

/** The method of a class in the file that `at` is in. */
function methodOf(name: string, at: Part, files: Source['files']): Part | undefined {
  const classes = (files.get(at.file)!.body as Part[])
    .map((each) => each.declaration ?? each)
    .filter(({ type }) => type === 'ClassDeclaration')
  const methods = classes.flatMap(({ body }) => (body.body as Part[]).filter(({ type }) => type === 'MethodDefinition'))
  return methods.find(({ key }) => key.name === name)?.value
}

/** The function or class that is called; undefined if it is not one of the source. */
export function calledBy(call: Part, files: Source['files']): Part | undefined {
  const { callee } = call
  if (callee.type === 'MemberExpression') return methodOf(callee.property.name, call, files)
  const meaning = callee.type === 'Identifier' ? meaningOf(callee.name, call, files) : undefined
  return meaning && meaning.kind !== 'given' ? meaning.of : undefined
}

function callsIn(files: Source['files'], parts: readonly Part[]): Map<Part, Part[]> {
  const calls = new Map<Part, Part[]>()
  for (const part of parts) {
    if (part.type !== 'CallExpression' && part.type !== 'NewExpression') continue
    const called = calledBy(part, files)
    if (!called) continue
    if (!calls.has(called)) calls.set(called, [])
    calls.get(called)!.push(part)
  }
  return calls
}
