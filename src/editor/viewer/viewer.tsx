/**
 * Pictures seen large: enlarged, moved, measured, gone through, compared and saved. One viewer for all of them. It is opened by
 * `state.viewer.value = { sources, show, against? }` (sources.ts): `sources` lists everything that can be chosen in it, each a title
 * and a view (images, a film or points), `show` and `against` are keys of two of them. Nodes are opened by `enlarge` and `compare`
 * (open.tsx), image files by `openPictures` (files.ts). It is a chunk of its own, fetched when it is first opened.
 */
import { useEffect, useMemo, useReducer, useRef, useState } from 'preact/hooks'
import { darkTheme, lightTheme, type Theme } from '../../nodes/views/canvas.ts'
import { isTimed } from '../../nodes/views/time.ts'
import { IconButton } from '../buttons.tsx'
import { useEditor } from '../context.ts'
import { icons } from '../icons.tsx'
import { useModal } from '../modal.ts'
import * as state from '../state.ts'
import { texts } from '../texts.ts'
import { Against, canCompare, type Comparing } from './compare.tsx'
import { Filmstrip } from './filmstrip.tsx'
import { useSight, type Sight } from './pane.tsx'
import { SavePictures } from './save.tsx'
import { placeText, sceneOf, type Found, type Scene, type Shown } from './scene.ts'
import type { Source, ViewerOf } from './sources.ts'
import './viewer.css'

export function OpenViewer({ open }: { open: ViewerOf }) {
  const element = useModal('.views')
  const [saving, setSaving] = useState(false)
  const close = () => (state.viewer.value = undefined)
  const sources = open.sources()
  const [shown, setShown] = useState(open.show)
  const [against, setAgainst] = useState(open.against)
  const source = sources.find(({ key }) => key === shown) ?? sources[0]
  const view = source?.view()
  useViews(() => sources.map((each) => each.view()))
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
      <Chosen
        sources={sources}
        source={source}
        view={view}
        choose={setShown}
        against={against}
        setAgainst={setAgainst}
        close={close}
      />
      {source && view ? (
        <Picture
          source={source}
          view={view}
          other={canCompare(
            view,
            sources.find(({ key }) => key === against),
          )}
          saving={saving}
          setSaving={setSaving}
        />
      ) : (
        <p class="nothing">{texts.viewer.nothing}</p>
      )}
    </dialog>
  )
}

/** Draws anew when what is shown has changed: while a run goes on, with every picture it gives. */
function useViews(views: () => readonly (Shown | undefined)[]) {
  const { stage } = useEditor()
  const [, again] = useReducer((count: number) => count + 1, 0)
  const seen = useRef(views)
  const last = views()
  seen.current = views
  useEffect(() => {
    let before = last
    return stage.onDrawn(() => {
      const now = seen.current()
      if (now.length === before.length && now.every((view, i) => view === before[i])) return
      before = now
      again(0)
    })
  }, [stage])
}

interface ChosenProps {
  sources: readonly Source[]
  source: Source | undefined
  view: Shown | undefined
  choose: (key: string) => void
  against: string | undefined
  setAgainst: (key: string | undefined) => void
  close: () => void
}

/** Which picture, and which other it is compared with. */
function Chosen({ sources, source, view, choose, against, setAgainst, close }: ChosenProps) {
  const { viewer } = texts
  const others = view ? sources.filter((each) => each !== source && canCompare(view, each)) : []
  return (
    <header>
      <label>
        <span class="hidden">{viewer.picture}</span>
        <select class="field" value={source?.key} onChange={(event) => choose(event.currentTarget.value)}>
          {sources.map(({ key, title }) => (
            <option key={key} value={key}>
              {title}
            </option>
          ))}
        </select>
      </label>
      {others.length > 0 && (
        <label class="against">
          <span>{viewer.with}</span>
          <select
            class="field"
            value={others.some(({ key }) => key === against) ? against : ''}
            onChange={(event) => setAgainst(event.currentTarget.value || undefined)}
          >
            <option value="">{viewer.alone}</option>
            {others.map(({ key, title }) => (
              <option key={key} value={key}>
                {title}
              </option>
            ))}
          </select>
        </label>
      )}
      <span class="gap" />
      <IconButton class="icon small" label={texts.dialogs.close} icon={<icons.close />} onClick={close} />
    </header>
  )
}

interface PictureProps {
  source: Source
  view: Shown
  other: { source: Source; view: Shown } | undefined
  saving: boolean
  setSaving: (saving: boolean) => void
}

function Picture({ source, view, other, saving, setSaving }: PictureProps) {
  const { stage } = useEditor()
  const [at, setAt] = useState(source.node?.diffusion.scrub ?? 1)
  const [item, setItem] = useState<number>()
  const [smooth, setSmooth] = useState(false)
  const [found, setFound] = useState<Found>()
  const comparing = useScenes(view, other?.view, at, item)
  const scene = comparing?.scene
  const sight = useSight(scene ?? { width: 1, height: 1 })
  const theme = useTheme()
  const film = [view, other?.view].find(isTimed)
  const seek = (to: number) => {
    setAt(to)
    for (const { node } of [source, other?.source ?? source]) if (node) node.diffusion.scrub = to
    stage.redraw()
  }
  if (!comparing || !scene) return <p class="nothing">{texts.viewer.nothing}</p>
  const turn = (by: number) => setItem(turned(item, by, scene.items))
  return (
    <div class="whole" onKeyDown={(event) => onKey(event, sight, turn)}>
      <div class="views" tabIndex={0} role="group" aria-label={texts.viewer.hint}>
        <Against {...comparing} titles={[source.title, other?.source.title]} look={{ sight, theme, smooth, onFound: setFound }} />
        {saving && <SavePictures source={source} view={view} at={at} item={item} theme={theme} close={() => setSaving(false)} />}
      </div>
      {film && <Filmstrip film={film} theme={theme} at={at} seek={seek} />}
      <footer>
        <output class="found">{found && foundText(found, scene)}</output>
        {scene.items > 1 && <Items item={item} items={scene.items} turn={turn} all={() => setItem(undefined)} />}
        <Zoom sight={sight} smooth={scene.kind === 'pictures' ? smooth : undefined} setSmooth={setSmooth} />
        <button type="button" class="button outline small" aria-expanded={saving} onClick={() => setSaving(!saving)}>
          {texts.viewer.save}
        </button>
      </footer>
    </div>
  )
}

/** One object for as long as the colours are the same: who paints with it paints again when it is another. */
function useTheme(): Theme {
  const { stage } = useEditor()
  const [dark, ground] = [state.dark.value, stage.colours.widget]
  return useMemo(() => ({ ...(dark ? darkTheme : lightTheme), ground }), [dark, ground])
}

/** Made anew only when something in it is another. */
function useScenes(view: Shown, other: Shown | undefined, at: number, item: number | undefined): Comparing | undefined {
  const kept = useRef<{ of: unknown[]; made: Comparing | undefined }>(undefined)
  const of = [view, other, at, item]
  if (!kept.current || of.some((each, i) => each !== kept.current!.of[i])) {
    const scene = sceneOf(view, { at, item })
    // Points lie where they would lie in the first.
    const second = other?.kind === 'scatter' && view.kind === 'scatter' ? { ...other, extent: view.extent } : other
    const over = second && sceneOf(second, { at, item })
    kept.current = { of, made: scene && { scene, ...(over && { over }), views: [view, other], at, item } }
  }
  return kept.current.made
}

/** From all to the first, and after the last to all again. */
function turned(item: number | undefined, by: number, items: number): number | undefined {
  if (item === undefined) return by > 0 ? 0 : items - 1
  const next = item + by
  return next < 0 || next >= items ? undefined : next
}

const STEP = 40

function onKey(event: KeyboardEvent, sight: Sight, turn: (by: number) => void) {
  // What moves a slider, or is typed, stays with it.
  const { target, key } = event
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (target instanceof HTMLElement && target.closest('input, select, [role=slider]')) return
  const keys: Record<string, () => void> = {
    '+': () => sight.zoom(1.25),
    '=': () => sight.zoom(1.25),
    '-': () => sight.zoom(0.8),
    '0': sight.fit,
    '1': sight.actual,
    ArrowLeft: () => sight.pan(STEP, 0),
    ArrowRight: () => sight.pan(-STEP, 0),
    ArrowUp: () => sight.pan(0, STEP),
    ArrowDown: () => sight.pan(0, -STEP),
    PageUp: () => turn(-1),
    PageDown: () => turn(1),
  }
  if (!keys[key]) return
  event.preventDefault()
  keys[key]()
}

/** "3 of 16 · 7 · x_t · 4, 5: 128" */
function foundText({ item, group, label, place, value }: Found, { kind, items }: Scene): string {
  const { viewer } = texts
  const which = [item !== undefined && items > 1 && viewer.of(item + 1, items), group, label && viewer.labelled(label)]
  return [...which, `(${placeText(place, kind)})${value ? `: ${value}` : ''}`].filter(Boolean).join(' · ')
}

interface ItemsProps {
  item: number | undefined
  items: number
  turn: (by: number) => void
  all: () => void
}

function Items({ item, items, turn, all }: ItemsProps) {
  const { viewer } = texts
  return (
    <span class="items">
      <IconButton class="icon small" label={viewer.previous} icon={<icons.back />} onClick={() => turn(-1)} />
      <button
        type="button"
        class="button small"
        aria-live="polite"
        title={viewer.showAll}
        disabled={item === undefined}
        onClick={all}
      >
        {item === undefined ? viewer.all(items) : viewer.of(item + 1, items)}
      </button>
      <IconButton class="icon small" label={viewer.next} icon={<icons.forward />} onClick={() => turn(1)} />
    </span>
  )
}

interface ZoomProps {
  sight: Sight
  smooth: boolean | undefined
  setSmooth: (smooth: boolean) => void
}

function Zoom({ sight, smooth, setSmooth }: ZoomProps) {
  const { viewer } = texts
  return (
    <span class="zoom">
      {smooth !== undefined && (
        <button
          type="button"
          class="button small"
          aria-pressed={smooth}
          title={viewer.smoothMeaning}
          onClick={() => setSmooth(!smooth)}
        >
          {viewer.smooth}
        </button>
      )}
      <IconButton class="icon small" label={texts.commands.zoomOut} icon={<icons.minus />} onClick={() => sight.zoom(0.8)} />
      {smooth !== undefined && (
        <button type="button" class="button small" title={viewer.actual} onClick={sight.actual}>
          {Math.round(sight.lens.scale * 100)} %
        </button>
      )}
      <IconButton class="icon small" label={texts.commands.zoomIn} icon={<icons.plus />} onClick={() => sight.zoom(1.25)} />
      <IconButton class="icon small" label={texts.commands.fit} icon={<icons.fit />} disabled={sight.fits} onClick={sight.fit} />
    </span>
  )
}
