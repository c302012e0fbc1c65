// The question before a run with very many iterations.
import { expect, test } from 'vitest'
import { askAboutWork } from '../../../src/editor/running/trainingQuestion.ts'
import { closeDialog, shownDialog } from '../../../src/editor/ui/state.ts'

test('names the loop and the number, and runs only after an explicit choice', async () => {
  for (const [choice, answer] of [
    ['restart', 'restart'],
    ['cancel', 'cancel'],
    [undefined, 'cancel'],
  ] as const) {
    const asked = askAboutWork('Repeat Start', 100_010_000)
    const shown = shownDialog.value
    if (shown?.kind !== 'choice') throw new Error('No question is shown.')
    expect(shown.title).toBe('Start a very long run?')
    expect(shown.text).toContain('The loop of Repeat Start and those in it have 100,010,000')
    expect(shown.choices.find(({ primary }) => primary)?.value).toBe('cancel')
    shown.answer(choice)
    expect(await asked).toBe(answer)
    closeDialog()
  }
})
