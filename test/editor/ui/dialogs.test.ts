// Dialogs: questions that are replaced, and work that waits until none is open.
import { afterEach, expect, test } from 'vitest'
import { askAboutTraining } from '../../../src/editor/running/trainingQuestion.ts'
import {
  askChoice,
  closeDialog,
  showDialog,
  shownDialog,
  whenDialogCloses,
} from '../../../src/editor/ui/state.ts'
import { OpenedFile } from '../../../src/editor/storage/openedFile.ts'

afterEach(closeDialog)

const settle = () => new Promise<void>((resolve) => void setImmediate(resolve))

test('a question that another dialog replaces is answered as if it was closed', async () => {
  const answer = askChoice('Sure?', '', [{ label: 'Yes', value: 'yes' }])
  showDialog({ kind: 'settings' })
  expect(await answer).toBeUndefined()
  expect(shownDialog.value).toEqual({ kind: 'settings' })
})

test('work waits for the dialog, one after the other', async () => {
  const opened: number[] = []
  const open = async (which: number) => {
    while (shownDialog.value) await whenDialogCloses()
    opened.push(which)
    showDialog({ kind: 'importPoints', name: `${which}`, file: new OpenedFile(new Blob()) })
  }
  const all = [open(1), open(2), open(3)]
  await settle()
  expect(opened).toEqual([1])
  closeDialog()
  await settle()
  expect(opened).toEqual([1, 2])
  closeDialog()
  await Promise.all(all)
  expect(opened).toEqual([1, 2, 3])
})

test('the question about a training does not replace an open dialog', async () => {
  showDialog({ kind: 'shortcuts' })
  const answer = askAboutTraining('Training', 62)
  await settle()
  expect(shownDialog.value).toEqual({ kind: 'shortcuts' })
  closeDialog()
  await settle()
  const question = shownDialog.value
  if (question?.kind !== 'choice') throw new Error('Expected the question.')
  closeDialog()
  question.answer('continue')
  expect(await answer).toBe('continue')
})
