// Start of a page in one file. Runs from disk, without a network. The build makes a template of each
// (build/onePage.ts).
import '../ui/tokens.css'
import '../ui/base.css'
import '../ui/controls.css'
import { render, type ComponentChild } from 'preact'
import { createClient } from '../../hosts/worker/client.ts'
import { readBundle } from '../../hosts/page/readPage.ts'
import { parseWorkflow } from '../../workflow/index.ts'
import { unpackBundle } from '../../workflow/bundle.ts'
import { ownTypes } from '../graph/declarations.ts'
import { figureTexts } from '../texts/figureTexts.ts'
import { applyLanguage } from '../texts/texts.ts'
import { setDark } from '../ui/state.ts'
import { applyTheme } from '../ui/theme.ts'
import { openPageEngine, readPart } from './pageEngine.ts'
import { createReader, type Reader } from './reader.ts'

/** Shows what `open` returns once the language is known, or that the data of the page is broken. */
export function startPage(open: () => ComponentChild) {
  const root = document.getElementById('app')
  if (!root) return
  applyTheme('system', ({ dark }) => setDark(dark))
  document.documentElement.classList.add('figure-alone')
  // It is a classic script, which cannot await.
  applyLanguage('system')
    .then(() => render(open(), root))
    .catch(() => {
      // The data of the page was changed or cut off.
      render(<p class="figure-empty">{figureTexts().page.broken}</p>, root)
    })
}

/** The figure of the page's workflow; undefined for lessons without one. */
export function openPageFigure(): Reader | undefined {
  const bundle = readBundle(readPart)
  if (bundle.length === 0) return undefined
  const { workflow, files } = unpackBundle(bundle)
  const file = parseWorkflow(workflow, ownTypes).workflow
  return createReader({ client: createClient(openPageEngine(files)), file })
}
