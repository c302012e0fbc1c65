// The nodes there are, as plain data: enough to draw, explain and check them.
import declarations from 'virtual:declarations'

export { declarations }

export const byType: ReadonlyMap<string, (typeof declarations)[number]> = new Map(
  declarations.map((declaration) => [declaration.type, declaration]),
)
