// First tab stop of the page: opens the outline.
import type { RunningServices } from '../running/services.ts'
import { texts } from '../texts/texts.ts'
import { toggleOutline } from './focus.ts'

export const SkipLink = ({ editor }: { editor: RunningServices }) => (
  <button type="button" class="button primary skip" onClick={() => toggleOutline(editor.stage)}>
    {texts.outline.label}
  </button>
)
