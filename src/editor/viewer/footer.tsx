// Footer of the viewer: value under the pointer, picture and zoom buttons.
import { IconButton } from '../ui/buttons.tsx'
import { icons } from '../ui/icons.tsx'
import { texts } from '../texts/texts.ts'
import type { PanZoom } from './panZoom.ts'
import { positionText, type Hit, type Scene } from './scene.ts'

interface ViewerFooterProps {
  scene: Scene
  hit: Hit | undefined
  item: number | undefined
  /** Shows the next picture, or the previous one if -1. */
  stepItem: (step: number) => void
  showAll: () => void
  panZoom: PanZoom
  smooth: boolean
  setSmooth: (smooth: boolean) => void
  saving: boolean
  setSaving: (saving: boolean) => void
}

export function ViewerFooter({
  scene,
  hit,
  saving,
  setSaving,
  smooth,
  ...props
}: ViewerFooterProps) {
  return (
    <footer>
      <output class="found">{hit && hitText(hit, scene)}</output>
      {scene.items > 1 && <ItemButtons items={scene.items} {...props} />}
      <ZoomButtons smooth={scene.kind === 'pictures' ? smooth : undefined} {...props} />
      <button
        type="button"
        class="button outline small"
        aria-expanded={saving}
        onClick={() => setSaving(!saving)}
      >
        {texts.viewer.save}
      </button>
    </footer>
  )
}

/** "3 of 16 · 7 · x_t · 4, 5: 128" */
function hitText({ item, group, label, position, value }: Hit, { kind, items }: Scene): string {
  const { viewer } = texts
  const parts = [
    item !== undefined && items > 1 && viewer.of(item + 1, items),
    group,
    label && viewer.labelled(label),
    `(${positionText(position, kind)})${value ? `: ${value}` : ''}`,
  ]
  return parts.filter(Boolean).join(' · ')
}

type ItemButtonsProps = Pick<ViewerFooterProps, 'item' | 'stepItem' | 'showAll'> & {
  items: number
}

function ItemButtons({ item, items, stepItem, showAll }: ItemButtonsProps) {
  const { viewer } = texts
  return (
    <span class="items">
      <IconButton
        class="icon small"
        label={viewer.previous}
        icon={<icons.back />}
        onClick={() => stepItem(-1)}
      />
      <button
        type="button"
        class="button small"
        aria-live="polite"
        title={viewer.showAll}
        disabled={item === undefined}
        onClick={showAll}
      >
        {item === undefined ? viewer.all(items) : viewer.of(item + 1, items)}
      </button>
      <IconButton
        class="icon small"
        label={viewer.next}
        icon={<icons.forward />}
        onClick={() => stepItem(1)}
      />
    </span>
  )
}

interface ZoomButtonsProps {
  panZoom: PanZoom
  /** Undefined for points, which have no pixels. */
  smooth: boolean | undefined
  setSmooth: (smooth: boolean) => void
}

function ZoomButtons({ panZoom, smooth, setSmooth }: ZoomButtonsProps) {
  const { viewer } = texts
  return (
    <span class="zoom">
      {smooth !== undefined && (
        <button
          type="button"
          class="button small"
          aria-pressed={smooth}
          title={viewer.smoothHint}
          onClick={() => setSmooth(!smooth)}
        >
          {viewer.smooth}
        </button>
      )}
      <IconButton
        class="icon small"
        label={texts.commands.zoomOut}
        icon={<icons.minus />}
        onClick={() => panZoom.zoom(0.8)}
      />
      {smooth !== undefined && (
        <button type="button" class="button small" title={viewer.actual} onClick={panZoom.actual}>
          {Math.round(panZoom.viewport.scale * 100)} %
        </button>
      )}
      <IconButton
        class="icon small"
        label={texts.commands.zoomIn}
        icon={<icons.plus />}
        onClick={() => panZoom.zoom(1.25)}
      />
      <IconButton
        class="icon small"
        label={texts.commands.fit}
        icon={<icons.fit />}
        disabled={panZoom.fits}
        onClick={panZoom.fit}
      />
    </span>
  )
}
