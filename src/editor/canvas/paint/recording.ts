// Records the commands of a painter, so that they can run in parts.

/** A drawing command, to run on the context of a bitmap. */
export type Command = (ctx: object) => void

type Members = Record<string, unknown>
type Methods = Record<string, (...values: unknown[]) => unknown>

/** Methods that return something: measurements, transforms, gradients. */
const isAsked = (name: string) => /^(create|get|is|measure)/.test(name)
/** Methods that change what the others return. */
const isState = (name: string) =>
  /^(save|restore|reset|scale|rotate|translate|transform|setTransform|resetTransform|setLineDash)$/.test(
    name,
  )

/**
 * Returns the commands of a painter, without painting.
 * @param probe answers questions about the state: a context with the same transform, whose pixels
 *   are not used
 */
export function recordCommands<Context extends object>(
  probe: Context,
  paint: (ctx: Context) => void,
): Command[] {
  const commands: Command[] = []
  paint(createPaintRecorder(probe, commands))
  return commands
}

function createPaintRecorder<Context extends object>(probe: Context, commands: Command[]): Context {
  const recorder: Members = {}
  const type: object = Object.getPrototypeOf(probe)
  for (const [name, { value, get }] of Object.entries(Object.getOwnPropertyDescriptors(type))) {
    if (name === 'constructor') continue
    if (typeof value === 'function') recorder[name] = recordMethod(name, probe as Methods, commands)
    else if (get) recordProperty(name, recorder, probe as Members, commands)
  }
  return recorder as Context
}

function recordMethod(name: string, probe: Methods, commands: Command[]) {
  if (isAsked(name)) return (...values: unknown[]) => probe[name](...values)
  const record = (...values: unknown[]) =>
    void commands.push((ctx) => (ctx as Methods)[name](...values))
  if (!isState(name)) return record
  return (...values: unknown[]) => {
    probe[name](...values)
    record(...values)
  }
}

function recordProperty(name: string, recorder: Members, probe: Members, commands: Command[]) {
  Object.defineProperty(recorder, name, {
    get: () => probe[name],
    set(value: unknown) {
      probe[name] = value
      commands.push((ctx) => ((ctx as Members)[name] = value))
    },
  })
}
