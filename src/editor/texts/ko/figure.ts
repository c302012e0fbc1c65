// 그림, 앱 모드, 페이지에 넣는 대화 상자, 한 파일로 된 페이지의 한국어 텍스트.
import type { FigureTexts } from '../en/figure.ts'
import { object, subject } from './particles.ts'

export const koFigure: FigureTexts = {
  settings: '설정',
  results: '결과',
  noView: '실행하면 표시됩니다',
  noViewYet: '실행 중…',
  nothingChosen:
    '이 워크플로에는 여기에 표시할 것이 없습니다. 편집기에서 뷰가 있는 노드의 메뉴를 열고 “앱 모드에 표시”를 고르세요.',
  starting: '엔진을 기다리는 중…',
  ready: '준비됨',
  time: (title) => `${title}: 시간 위치`,
  picture: (title, values) => (values ? `${title}: ${values}` : title),
  openInEditor: '편집기에서 열기',
  close: '그래프로 돌아가기',
  chooseItems: '표시할 항목 고르기…',
  again: '다시 실행',
  problemAt: (node, text) => `${node}: ${text}`,

  address: {
    noWorkflow: (name) =>
      `워크플로 ${object(`“${name}”`)} 불러오지 못했습니다. 이 페이지의 주소를 확인하세요.`,
    unreadable: (part) =>
      `주소의 이 부분을 읽을 수 없습니다: ${part}. 이 페이지의 주소를 확인하세요.`,
    noZone: (name) =>
      `이 워크플로에는 루프 ${subject(`“${name}”`)} 없습니다. 시작 노드의 제목을 쓰세요.`,
  },

  menu: {
    title: '앱 모드에 표시',
    view: '뷰',
    defaults: '기본 선택 사용',
    none: '이 노드에는 앱 모드에 표시할 파라미터나 뷰가 없습니다.',
  },

  embed: {
    title: '페이지에 넣기',
    about:
      '이 코드를 글, 슬라이드나 강의 페이지에 붙여 넣으세요. 읽는 사람은 설치 없이 그 자리에서 워크플로를 실행합니다.',
    code: '코드',
    address: '주소',
    copyCode: '코드 복사',
    copyAddress: '주소 복사',
    copied: '복사했습니다',
    notCopied: '브라우저가 복사를 허용하지 않았습니다. 글을 선택하고 키보드로 복사하세요.',
    preview: '미리 보기 열기',
    show: '표시',
    kinds: {
      figure: '그림: 고른 파라미터와 뷰',
      graph: '그래프: 읽는 사람이 바꿀 수 있음',
    },
    parts: '부분',
    part: {
      bar: '제목과 실행',
      tabs: '탭',
      panel: '설정 또는 세부 정보',
      status: '상태',
      minimap: '지도',
      charts: '차트',
      notes: '설명',
    },
    zone: '루프',
    wholeWorkflow: '워크플로 전체',
    height: '높이(픽셀)',
    theme: '테마',
    autoRun: '보이는 즉시 실행',
    long: (size) =>
      `주소에 워크플로가 들어 있어 크기가 ${size}입니다. 짧은 주소만 받는 강의 시스템도 있습니다. 그럴 때는 워크플로 파일을 서버에 두고 ?workflow=에 그 주소를 쓰세요.`,
    notIncluded: (files) =>
      `주소에 넣기에는 너무 큽니다: ${files}. “페이지로 저장”을 쓰면 이 파일도 들어갑니다.`,
  },

  page: {
    title: '페이지로 저장',
    about: (size) =>
      `워크플로와 그 파일, 엔진을 담은 HTML 파일 하나(${size})입니다. 네트워크 없이 디스크에서 읽기 모드로 열립니다.`,
    missing: (files) =>
      `이 브라우저에 없어서 담지 못했습니다: ${files}. 필요한 곳에 오류가 표시됩니다.`,
    save: '페이지 저장',
    failed: '페이지를 쓰지 못했습니다',
    noTemplate:
      '페이지 틀을 불러오지 못했습니다. 네트워크에 연결하고 다시 해 보세요. 한 번 불러오면 오프라인에서도 쓸 수 있습니다.',
    broken: '이 파일은 손상되었거나 완전하지 않습니다. 편집기에서 페이지를 다시 저장하세요.',
  },
}
