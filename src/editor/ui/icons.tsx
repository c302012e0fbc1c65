// Icons on a 16-pixel grid with one stroke width. They are decorative: buttons have their own
// labels.
import type { ComponentChildren } from 'preact'

/** An icon of some shapes. */
export const icon = (content: ComponentChildren) => (
  <svg
    width="16"
    height="16"
    viewBox="0 0 16 16"
    fill="none"
    stroke="currentColor"
    stroke-width="1.5"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    {content}
  </svg>
)

export const icons = {
  drawer: () =>
    icon(
      <>
        <rect x="2" y="2.75" width="12" height="10.5" rx="2" />
        <path d="M6.25 3v10" />
      </>,
    ),
  panel: () =>
    icon(
      <>
        <rect x="2" y="2.75" width="12" height="10.5" rx="2" />
        <path d="M9.75 3v10" />
      </>,
    ),
  run: () =>
    icon(
      <path
        d="M4.5 3.2v9.6a.5.5 0 0 0 .76.43l7.9-4.8a.5.5 0 0 0 0-.86l-7.9-4.8a.5.5 0 0 0-.76.43Z"
        fill="currentColor"
        stroke="none"
      />,
    ),
  stop: () =>
    icon(
      <rect
        x="3.75"
        y="3.75"
        width="8.5"
        height="8.5"
        rx="1.5"
        fill="currentColor"
        stroke="none"
      />,
    ),
  live: () =>
    icon(
      <>
        <path d="M3 8a5 5 0 0 1 8.6-3.5L13 6M13 3v3h-3" />
        <path d="M13 8a5 5 0 0 1-8.6 3.5L3 10M3 13v-3h3" />
      </>,
    ),
  pause: () => icon(<path d="M5.75 3.75v8.5M10.25 3.75v8.5" stroke-width="2.2" />),
  step: () =>
    icon(
      <>
        <path
          d="M4 3.9v8.2a.45.45 0 0 0 .68.38l6.3-4.1a.45.45 0 0 0 0-.76l-6.3-4.1A.45.45 0 0 0 4 3.9Z"
          fill="currentColor"
          stroke="none"
        />
        <path d="M12.6 3.75v8.5" />
      </>,
    ),
  speed: () => icon(<path d="M3.6 12.25a5.6 5.6 0 1 1 8.8 0M8 9.25l2.6-3.1" />),
  queue: () => icon(<path d="M2.75 4h10.5M2.75 8h5.5M2.75 12h5.5M11.75 8.25v5M9.25 10.75h5" />),
  up: () => icon(<path d="M8 12.5v-9M4.25 7.25 8 3.5l3.75 3.75" />),
  down: () => icon(<path d="M8 3.5v9M4.25 8.75 8 12.5l3.75-3.75" />),
  undo: () => icon(<path d="M5.5 3 2.75 5.75 5.5 8.5M3 5.75h6.25a3.5 3.5 0 0 1 0 7H6" />),
  redo: () => icon(<path d="M10.5 3l2.75 2.75L10.5 8.5M13 5.75H6.75a3.5 3.5 0 0 0 0 7H10" />),
  plus: () => icon(<path d="M8 3.25v9.5M3.25 8h9.5" />),
  minus: () => icon(<path d="M3.25 8h9.5" />),
  eye: () =>
    icon(
      <>
        <path d="M1.75 8S4 3.75 8 3.75 14.25 8 14.25 8 12 12.25 8 12.25 1.75 8 1.75 8Z" />
        <circle cx="8" cy="8" r="1.9" />
      </>,
    ),
  search: () =>
    icon(
      <>
        <circle cx="7" cy="7" r="4.25" />
        <path d="m10.25 10.25 3 3" />
      </>,
    ),
  help: () =>
    icon(
      <>
        <circle cx="8" cy="8" r="5.75" />
        <path d="M6.4 6.5a1.65 1.65 0 1 1 2.5 1.4c-.6.36-.9.7-.9 1.3" />
        <circle cx="8" cy="11" r=".5" fill="currentColor" />
      </>,
    ),
  settings: () =>
    icon(
      <>
        <path d="M2.5 4.75h5M11.5 4.75h2M2.5 11.25h2M8.5 11.25h5" />
        <circle cx="9.5" cy="4.75" r="1.9" />
        <circle cx="6.5" cy="11.25" r="1.9" />
      </>,
    ),
  more: () =>
    icon(
      <>
        <circle cx="3.75" cy="8" r=".9" fill="currentColor" />
        <circle cx="8" cy="8" r=".9" fill="currentColor" />
        <circle cx="12.25" cy="8" r=".9" fill="currentColor" />
      </>,
    ),
  chevron: () => icon(<path d="m4.75 6.5 3.25 3.25 3.25-3.25" />),
  back: () => icon(<path d="M9.5 4.5 6 8l3.5 3.5" />),
  forward: () => icon(<path d="M6.5 4.5 10 8l-3.5 3.5" />),
  spotlight: () =>
    icon(
      <>
        <circle cx="8" cy="8" r="2.75" />
        <path d="M8 1.75v1.5M8 12.75v1.5M1.75 8h1.5M12.75 8h1.5" />
      </>,
    ),
  list: () => icon(<path d="M2.75 4h10.5M2.75 8h10.5M2.75 12h10.5" />),
  close: () => icon(<path d="m4.25 4.25 7.5 7.5M11.75 4.25l-7.5 7.5" />),
  socket: () => icon(<path d="M1.5 8h4.5M12.5 8a3.25 3.25 0 1 1-6.5 0 3.25 3.25 0 0 1 6.5 0Z" />),
  outward: () => icon(<path d="M6.5 3.5h6v6M12.5 3.5 6 10M3.5 6v6.5H10" />),
  reset: () => icon(<path d="M3 8a5 5 0 1 0 1.6-3.65M3 3v2.5h2.5" />),
  dice: () =>
    icon(
      <>
        <rect x="2.75" y="2.75" width="10.5" height="10.5" rx="2.5" />
        <circle cx="5.9" cy="5.9" r=".7" fill="currentColor" />
        <circle cx="10.1" cy="10.1" r=".7" fill="currentColor" />
        <circle cx="8" cy="8" r=".7" fill="currentColor" />
      </>,
    ),
  download: () => icon(<path d="M8 2.75v7M5 7l3 3 3-3M3 13.25h10" />),
  fit: () =>
    icon(
      <path d="M2.75 5.5v-2a.75.75 0 0 1 .75-.75h2M10.5 2.75h2a.75.75 0 0 1 .75.75v2M13.25 10.5v2a.75.75 0 0 1-.75.75h-2M5.5 13.25h-2a.75.75 0 0 1-.75-.75v-2" />,
    ),
  star: () =>
    icon(<path d="m8 2.4 1.7 3.5 3.8.5-2.8 2.7.7 3.8L8 11.1l-3.4 1.8.7-3.8-2.8-2.7 3.8-.5Z" />),
  vary: () => icon(<path d="M2.75 8h3M5.75 8 9 3.75h4.25M5.75 8h7.5M5.75 8 9 12.25h4.25" />),
  chart: () => icon(<path d="M2.75 2.75v10.5h10.5M5 10l2.5-3.5 2.25 2L13 4" />),
  pin: () => icon(<path d="M6 2.75h4M6.75 2.75v4L4.5 9.5h7L9.25 6.75v-4M8 9.5v4" />),
  warn: () =>
    icon(
      <path d="M8 5.75v3M8 11.1v.05M7.1 2.9 2 11.75a1.05 1.05 0 0 0 .9 1.6h10.2a1.05 1.05 0 0 0 .9-1.6L8.9 2.9a1.05 1.05 0 0 0-1.8 0Z" />,
    ),
}

/** Noise that becomes a point: the mark of the product. */
export const Mark = () => (
  <svg
    class="mark"
    width="20"
    height="20"
    viewBox="0 0 20 20"
    fill="currentColor"
    aria-hidden="true"
  >
    <circle cx="10" cy="10" r="3.1" />
    <path
      d="M10 2.2a7.8 7.8 0 0 1 7.8 7.8"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
    />
    <path
      d="M10 17.8A7.8 7.8 0 0 1 2.2 10"
      fill="none"
      stroke="currentColor"
      stroke-width="1.7"
      stroke-linecap="round"
      opacity=".55"
    />
    <circle cx="4.4" cy="4.4" r="1.15" opacity=".55" />
    <circle cx="15.7" cy="15.7" r="1.15" />
  </svg>
)
