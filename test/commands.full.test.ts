// Slow commands of the documents, with options for a short run.
import { expect, test } from 'vitest'
import { long } from './commands.ts'
import { runScript } from './runScript.ts'

test.each(Object.entries(long))(
  'npm run %s',
  { timeout: 900_000 },
  async (name, { options, prints, code: expected = 0 }) => {
    const { code, output } = await runScript(name, options)
    expect({ code, output: code === expected ? '' : output }).toEqual({
      code: expected,
      output: '',
    })
    expect(output).toMatch(prints)
  },
)
