// Copies the report. Where the browser does not allow that, the text is shown to select.
import { useState } from 'preact/hooks'
import { getErrorMessage } from '../../engine/messages/fault.ts'
import type { BenchTexts } from '../texts/en/bench.ts'
import { resultsToJson, toMarkdown, type Report } from './report.ts'

export function CopyButtons({ report, texts }: { report: Report; texts: BenchTexts }) {
  const [outcome, setOutcome] = useState('')
  const [shown, setShown] = useState<string>()
  const copy = async (text: string) => {
    setOutcome('')
    try {
      await navigator.clipboard.writeText(text)
      setShown(undefined)
      setOutcome(texts.copied)
    } catch (error) {
      setShown(text)
      setOutcome(texts.notCopied(getErrorMessage(error).replace(/\.$/, '')))
    }
  }
  return (
    <section class="copy">
      <div class="actions">
        <button
          type="button"
          class="button outline"
          onClick={() => void copy(toMarkdown(report, texts))}
        >
          {texts.copyMarkdown}
        </button>
        <button
          type="button"
          class="button outline"
          onClick={() => void copy(resultsToJson(report))}
        >
          {texts.copyJson}
        </button>
        <span role="status">{outcome}</span>
      </div>
      {shown !== undefined && (
        <textarea class="field" readOnly rows={12} aria-label={texts.asText} value={shown} />
      )}
    </section>
  )
}
