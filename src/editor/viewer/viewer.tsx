/**
 * Viewer of pictures, films and points: zoom, pan, pixel values, comparison and saving. One dialog
 * serves all sources. Assign `shownViewer` (state.ts) to open it: `sources` lists everything that
 * can be chosen, `show` and `against` are keys of two of them. Nodes are opened by openViewer.ts,
 * image files by pictureFiles.ts. The viewer is a separate chunk, loaded by loader.tsx.
 */
import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks'
import { darkTheme, lightTheme, type Theme } from '../../painters/theme.ts'
import { isTimed } from '../../painters/time.ts'
import { useRunning } from '../running/services.ts'
import { texts } from '../texts/texts.ts'
import { IconButton } from '../ui/buttons.tsx'
import { icons } from '../ui/icons.tsx'
import { useModal } from '../ui/modal.ts'
import { isDark } from '../ui/state.ts'
import { comparableSource, ComparePanes, type ComparedScenes } from './compare.tsx'
import { Filmstrip } from './filmstrip.tsx'
import { ViewerFooter } from './footer.tsx'
import { usePanZoom, type PanZoom } from './panZoom.ts'
import { SaveForm } from './saveForm.tsx'
import './saveForm.css'
import { createScene, type Hit, type PictureView } from './scene.ts'
import type { PictureSource, ViewerRequest } from './sources.ts'
import { shownViewer } from './state.ts'
import './viewer.css'

export function OpenViewer({ open }: { open: ViewerRequest }) {
  const element = useModal('.views')
  const [saving, setSaving] = useState(false)
  const close = () => (shownViewer.value = undefined)
  const sources = open.sources()
  const [shown, setShown] = useState(open.show)
  const [against, setAgainst] = useState(open.against)
  const source = sources.find(({ key }) => key === shown) ?? sources[0]
  const view = source?.view()
  const other = sources.find(({ key }) => key === against)
  useViewUpdates(() => sources.map((each) => each.view()))
  return (
    <dialog
      ref={element}
      class="viewer"
      aria-label={texts.viewer.label}
      onCancel={(event) => {
        event.preventDefault()
        if (saving) setSaving(false)
        else close()
      }}
    >
      <SourcePicker
        {...{ sources, source, view, against, close }}
        onShow={setShown}
        onAgainst={setAgainst}
      />
      {source && view ? (
        <ViewerBody
          {...{ source, view, saving, setSaving }}
          other={comparableSource(view, other)}
        />
      ) : (
        <p class="nothing">{texts.viewer.nothing}</p>
      )}
    </dialog>
  )
}

/** Rerenders when a view changed. During a run this happens with every new picture. */
function useViewUpdates(views: () => readonly (PictureView | undefined)[]) {
  const { stage } = useRunning()
  const [, rerender] = useReducer((count: number) => count + 1, 0)
  const latest = useRef(views)
  const initial = views()
  latest.current = views
  useEffect(() => {
    let before = initial
    return stage.onDrawn(() => {
      const after = latest.current()
      if (after.length === before.length && after.every((view, i) => view === before[i])) return
      before = after
      rerender(0)
    })
  }, [stage])
}

interface SourcePickerProps {
  sources: readonly PictureSource[]
  source: PictureSource | undefined
  view: PictureView | undefined
  against: string | undefined
  onShow: (key: string) => void
  onAgainst: (key: string | undefined) => void
  close: () => void
}

/** Selects the picture to show, and the one to compare with. */
function SourcePicker(props: SourcePickerProps) {
  const { sources, source, view, against, onShow, onAgainst, close } = props
  const { viewer } = texts
  const others = view
    ? sources.filter((each) => each !== source && comparableSource(view, each))
    : []
  return (
    <header>
      <label>
        <span class="hidden">{viewer.picture}</span>
        <select
          class="field"
          value={source?.key}
          onChange={(event) => onShow(event.currentTarget.value)}
        >
          <SourceOptions sources={sources} />
        </select>
      </label>
      {others.length > 0 && (
        <label class="against">
          <span>{viewer.compareWith}</span>
          <select
            class="field"
            value={others.some(({ key }) => key === against) ? against : ''}
            onChange={(event) => onAgainst(event.currentTarget.value || undefined)}
          >
            <option value="">{viewer.noComparison}</option>
            <SourceOptions sources={others} />
          </select>
        </label>
      )}
      <span class="gap" />
      <IconButton
        class="icon small"
        label={texts.dialogs.close}
        icon={<icons.close />}
        onClick={close}
      />
    </header>
  )
}

const SourceOptions = ({ sources }: { sources: readonly PictureSource[] }) => (
  <>
    {sources.map(({ key, title }) => (
      <option key={key} value={key}>
        {title}
      </option>
    ))}
  </>
)

interface ViewerBodyProps {
  source: PictureSource
  view: PictureView
  other: { source: PictureSource; view: PictureView } | undefined
  saving: boolean
  setSaving: (saving: boolean) => void
}

function ViewerBody({ source, view, other, saving, setSaving }: ViewerBodyProps) {
  const [at, seek] = useFilmTime([source, other?.source ?? source])
  const [item, setItem] = useState<number>()
  const [smooth, setSmooth] = useState(false)
  const [hit, setHit] = useState<Hit>()
  const compared = useScenes(view, other?.view, at, item)
  const scene = compared?.scene
  const panZoom = usePanZoom(scene ?? { width: 1, height: 1 })
  const theme = useViewerTheme()
  const film = [view, other?.view].find(isTimed)
  if (!compared || !scene) return <p class="nothing">{texts.viewer.nothing}</p>
  const stepItem = (step: number) => setItem(nextItem(item, step, scene.items))
  return (
    <div class="whole" onKeyDown={(event) => handleKey(event, panZoom, stepItem)}>
      <div class="views" tabIndex={0} role="group" aria-label={texts.viewer.hint}>
        <ComparePanes
          {...compared}
          titles={[source.title, other?.source.title]}
          paneProps={{ panZoom, theme, smooth, onHit: setHit }}
        />
        {saving && (
          <SaveForm {...{ source, view, at, item, theme }} close={() => setSaving(false)} />
        )}
      </div>
      {film && <Filmstrip film={film} theme={theme} at={at} seek={seek} />}
      <ViewerFooter
        {...{ scene, hit, item, stepItem, panZoom, smooth, setSmooth, saving, setSaving }}
        showAll={() => setItem(undefined)}
      />
    </div>
  )
}

/** Position in the film, shared with the scrubbers on the nodes. */
function useFilmTime(
  sources: readonly [PictureSource, PictureSource],
): [number, (at: number) => void] {
  const { stage } = useRunning()
  const [at, setAt] = useState(sources[0].node?.diffusion.scrub ?? 1)
  const seek = (to: number) => {
    setAt(to)
    for (const { node } of sources) if (node) node.diffusion.scrub = to
    stage.redraw()
  }
  return [at, seek]
}

/** Returns the same object until the colours change: panes repaint when it changes. */
function useViewerTheme(): Theme {
  const { stage } = useRunning()
  const [dark, ground] = [isDark.value, stage.colours.widget]
  return useMemo(() => ({ ...(dark ? darkTheme : lightTheme), ground }), [dark, ground])
}

/** Scenes of one or two views. `useMemo` would not guarantee their identity. */
function useScenes(
  view: PictureView,
  other: PictureView | undefined,
  at: number,
  item: number | undefined,
): ComparedScenes | undefined {
  const cache = useRef<{ inputs: unknown[]; scenes: ComparedScenes | undefined }>(undefined)
  const inputs = [view, other, at, item]
  const cached = cache.current
  if (cached && inputs.every((input, i) => input === cached.inputs[i])) return cached.scenes
  const scene = createScene(view, { at, item })
  // Both plots of points use the extent of the first.
  const second =
    other?.kind === 'scatter' && view.kind === 'scatter' ? { ...other, extent: view.extent } : other
  const otherScene = second && createScene(second, { at, item })
  const scenes = scene && {
    scene,
    ...(otherScene && { other: otherScene }),
    views: [view, other] as const,
    at,
    item,
  }
  cache.current = { inputs, scenes }
  return scenes
}

/** Steps from all pictures to the first, and from the last back to all. */
function nextItem(item: number | undefined, step: number, items: number): number | undefined {
  if (item === undefined) return step > 0 ? 0 : items - 1
  const next = item + step
  return next < 0 || next >= items ? undefined : next
}

const PAN_STEP = 40

function handleKey(event: KeyboardEvent, panZoom: PanZoom, stepItem: (step: number) => void) {
  const { target, key } = event
  if (event.ctrlKey || event.metaKey || event.altKey) return
  // Fields and sliders handle their own keys.
  if (target instanceof HTMLElement && target.closest('input, select, [role=slider]')) return
  const keys: Record<string, () => void> = {
    '+': () => panZoom.zoom(1.25),
    '=': () => panZoom.zoom(1.25),
    '-': () => panZoom.zoom(0.8),
    '0': panZoom.fit,
    '1': panZoom.actual,
    ArrowLeft: () => panZoom.pan(PAN_STEP, 0),
    ArrowRight: () => panZoom.pan(-PAN_STEP, 0),
    ArrowUp: () => panZoom.pan(0, PAN_STEP),
    ArrowDown: () => panZoom.pan(0, -PAN_STEP),
    PageUp: () => stepItem(-1),
    PageDown: () => stepItem(1),
  }
  if (!keys[key]) return
  event.preventDefault()
  keys[key]()
}
