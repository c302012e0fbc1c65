// Message about an edit that was refused, because the workflow could not be stored with it.
import { getErrorMessage } from '../../engine/messages/fault.ts'
import { WorkflowError } from '../../workflow/index.ts'
import { errorText, texts } from '../texts/texts.ts'
import { showToast } from '../ui/state.ts'

export function showRefusedEdit(reason: unknown) {
  showToast(texts.edit.refused, {
    text:
      reason instanceof WorkflowError
        ? errorText(reason)
        : // Cycles or functions, which only a fault of a program can put there.
          texts.edit.notData(getErrorMessage(reason)),
    error: true,
  })
}
