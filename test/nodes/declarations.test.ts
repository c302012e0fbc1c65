// Node declarations as plain data, and the node reference generated from them.
import { existsSync, readFileSync } from 'node:fs'
import { build } from 'vite'
import { describe, expect, test } from 'vitest'
import { inputSlot } from '../../src/engine/plan/slots.ts'
import { FILE, FORMULA_FILE, nodeReference } from '../../scripts/docs.ts'
import { formulaReference } from '../../scripts/formulaReference.ts'
import { declarations, loadDeclarations } from '../../src/build/declarations.ts'
import { declarations as all } from '../readyWorkflows.ts'
import { toys } from './toys.ts'

describe('declarations as data', () => {
  test('are loaded from the node table without functions', async () => {
    const loaded = await loadDeclarations()
    expect(loaded.declarations.length).toBeGreaterThan(5)
    expect(loaded.declarations).toEqual(JSON.parse(JSON.stringify(all)))
    expect(loaded.files.every((file) => existsSync(file))).toBe(true)
    expect(loaded.files.some((file) => file.endsWith('src/nodes/define.ts'))).toBe(true)
  })

  test('`unless` of a param names an optional input', () => {
    const named = all.flatMap(({ inputs, params }) =>
      Object.values(params).flatMap(({ unless }) =>
        unless === undefined ? [] : [inputs[unless]?.optional],
      ),
    )
    expect(named.length).toBeGreaterThan(0)
    expect(named.every(Boolean)).toBe(true)
  })

  test('no input has the name of a param, which can be wired too', () => {
    const both = all.flatMap(({ type, inputs, params }) =>
      Object.keys(params)
        .filter((name) => inputSlot({ inputs, params: {} }, name))
        .map((name) => `${type}.${name}`),
    )
    expect(both).toEqual([])
  })

  test('are bundled as JSON without the engine code', async () => {
    const entry = 'virtual:entry'
    const result = await build({
      configFile: false,
      logLevel: 'error',
      plugins: [
        declarations({ table: 'test/nodes/toyTable.ts' }),
        {
          name: 'entry',
          resolveId: (id) => (id.endsWith(entry) ? entry : undefined),
          load: (id) =>
            id === entry
              ? `import list from 'virtual:declarations'; export default list`
              : undefined,
        },
      ],
      build: { write: false, minify: false, lib: { entry, formats: ['es'], fileName: 'x' } },
    })
    const [output] = Array.isArray(result) ? result : [result]
    const code = (output as { output: { code: string }[] }).output[0].code
    const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
      default: unknown
    }
    expect(module.default).toEqual(toys)
    expect(code).not.toMatch(/import|tensor/i)
  })
})

describe('the node reference', () => {
  test('is up to date', () => {
    expect(readFileSync(FILE, 'utf8')).toBe(nodeReference(all))
  })

  test('of formulas is up to date', () => {
    expect(readFileSync(FORMULA_FILE, 'utf8')).toBe(formulaReference())
  })

  test('lists slots, params, equation and source of every node', () => {
    const [toy] = toys
    expect(nodeReference([{ ...toy, equation: 'y = s x', source: 'A paper, eq. 1' }]))
      .toMatchInlineSnapshot(`
        "# Nodes

        Generated from the declarations in \`src/nodes\` by \`npm run docs\`; edit those, not this file.

        - **process**: [Toy](#toy)

        ## process

        ### Toy

        \`diffusion/Toy\` · Scales samples.

        $$
        y = s x
        $$

        Source: A paper, eq. 1

        | Input | Type | Description |
        |---|---|---|
        | \`x\` | samples, noise | what to scale |
        | \`schedule\` | schedule (optional) | if there is one |

        | Output | Type | Description |
        |---|---|---|
        | \`y\` | samples | scaled |

        | Param | Default | Values | Description |
        |---|---|---|---|
        | \`scale\` | \`1\` | number 0 to 10 | the factor |
        | \`mode\` | \`exact\` | \`exact\`, \`fast\` | how |
        | \`clip\` | \`false\` | \`true\`, \`false\` | to [-1, 1] |
        "
      `)
  })
})
