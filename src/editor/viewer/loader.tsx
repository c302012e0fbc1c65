// Loads the viewer when it is first opened.
import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { texts } from '../texts/texts.ts'
import { showToast } from '../ui/state.ts'
import type { ViewerRequest } from './sources.ts'
import { shownViewer } from './state.ts'

interface ViewerModule {
  OpenViewer: FunctionComponent<{ open: ViewerRequest }>
}

export function Viewer() {
  const open = shownViewer.value
  const [loaded, setLoaded] = useState<ViewerModule>()
  useEffect(() => {
    if (!open || loaded) return
    import('./viewer.tsx').then(setLoaded, () => {
      shownViewer.value = undefined
      showToast(texts.viewer.notLoaded, { error: true })
    })
  }, [open])
  return open && loaded ? <loaded.OpenViewer open={open} /> : null
}
