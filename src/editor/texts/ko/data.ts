// 파일, 데이터 세트, 공유, 저장 공간에 관한 한국어 텍스트.
import type { enData } from '../en/data.ts'
import { formatKoreanCount } from '../counts.ts'
import { object, subject, topic } from './particles.ts'

export const koData: typeof enData = {
  files: {
    opened: (name) => `${object(name)} 열었습니다`,
    saved: (name) => `“${name}”${object(name).slice(name.length)} 저장했습니다`,
    unreadable: (file) => `${object(file)} 열지 못했습니다`,
    dropped: '놓은 파일',
    dialogOpen: '먼저 대화 상자를 닫으세요',
    notOpened: '놓은 파일을 열지 않았습니다. 대화 상자를 닫고 다시 놓으세요.',
    noAccess:
      '파일을 읽을 수 없습니다. 옮겨지거나 바뀌거나 지워졌거나, 메모리에 비해 너무 큽니다. 다시 고르세요.',
    readerFailed:
      '파일을 읽지 못했습니다. 브라우저의 메모리가 모자랍니다. 다른 탭을 닫거나 더 작은 파일을 고르세요.',
    tooLarge: '파일이 2 GB보다 큽니다.',
    unsupported:
      '지원하지 않는 파일입니다. 워크플로(JSON, 또는 워크플로가 든 PNG), 이미지, diffusers 체크포인트(폴더나 ZIP), 데이터 ' +
      '세트(.safetensors), 점(.csv)을 열 수 있습니다.',
    nothingInFolder: '폴더에 이미지, 체크포인트, 워크플로가 없습니다.',
    nothingInZip: 'ZIP에 이미지, 체크포인트, 워크플로가 없습니다.',
    notices: (file) => `${object(file)} 열면서 일부를 바꾸었습니다`,
    drop: '놓으면 열립니다',
    dropHint: '워크플로, 이미지, 체크포인트, 데이터 세트를 파일, 폴더, ZIP으로',
    unknownNodes: (types) => `알 수 없는 노드 유형, 그대로 보존: ${types.join(', ')}.`,
    ready: (name) => `${subject(name)} 준비되었습니다`,
    severalReady: (count) => `파일 ${count}개가 준비되었습니다. 세부 정보를 보세요`,
    savedToLibrary: (name) => `${object(name)} 보관함에 저장했습니다`,
    selectedIn: (name, node) => `${object(name)} 보관함에 저장하고 ${node}에서 선택했습니다`,
    foundFor: (name, nodes) => `${topic(name)} ${nodes}에 없던 파일입니다`,
    tableIn: (name, node) => `${object(name)} ${node}에 넣었습니다`,
    points: (count, dim) => `점 ${count}개, 좌표 ${dim}개`,
    useInNew: (title) => `새 ${title} 노드에서 사용`,
    trainOn: '이 이미지로 학습',
    emptyClipboard: '클립보드에 노드가 없습니다',
  },

  storedFiles: {
    checkpoint: {
      empty: '체크포인트가 없습니다',
      emptyHint: '체크포인트(diffusers 폴더나 ZIP)를 아무 데나 놓거나, 실행한 결과를 저장하세요.',
      add: '파일 추가…',
      showContents: '내용 보기',
    },
    dataset: {
      empty: '데이터 세트가 없습니다',
      emptyHint:
        '이미지를 파일, 폴더, ZIP으로 아무 데나 놓으세요. 클래스마다 폴더를 두면 레이블이 됩니다. 점은 표(CSV 파일)로 놓으세요.',
      add: '파일 추가…',
      showContents: '둘러보기',
    },
  },

  dataset: {
    untitled: '이미지',
    importTitle: '데이터 세트 만들기',
    reading: '읽는 중…',
    found: (images, folders) =>
      `이미지 ${formatKoreanCount(images)}장` + (folders > 0 ? `, 폴더 ${folders}개` : ''),
    noImages: '지원하는 이미지(PNG, JPEG, WebP, GIF, AVIF, BMP)가 없습니다.',
    name: '이름',
    size: '픽셀 크기',
    freeSize: '직접 입력',
    width: '너비(픽셀)',
    height: '높이(픽셀)',
    colour: '색',
    colours: { 1: '회색조', 3: 'RGB' },
    grey: '회색조',
    rgb: 'RGB',
    fit: '비율이 다를 때',
    fits: { crop: '자르기', pad: '채우기', stretch: '늘이기' },
    partToKeep: '남길 부분',
    position: '위치',
    places: [
      '왼쪽 위',
      '위',
      '오른쪽 위',
      '왼쪽',
      '가운데',
      '오른쪽',
      '왼쪽 아래',
      '아래',
      '오른쪽 아래',
    ],
    fitHints: {
      crop: '긴 쪽을 잘라 냅니다.',
      pad: '나머지를 검은색으로 채웁니다.',
      stretch: '크기에 맞게 늘입니다.',
    },
    labels: '폴더를 클래스로 사용',
    classes: '클래스',
    outsideFolders: (count) => `폴더 밖의 이미지 ${count}장은 클래스가 없어 건너뜁니다.`,
    noFolders: '레이블이 필요하면 클래스마다 폴더를 두세요.',
    captions: '캡션 저장',
    captionsHint: 'file과 caption 열이 있는 CSV 파일의 캡션, 없으면 이미지의 파일 이름을 씁니다.',
    preview: '미리 보기',
    previews: { result: '결과', original: '원본' },
    import: '가져오기',
    importing: '가져오는 중',
    progress: (done, total) => `${total} 가운데 ${done}`,
    imported: (count) => `이미지 ${formatKoreanCount(count)}장을 가져왔습니다`,
    imageCount: (count) => `이미지 ${formatKoreanCount(count)}장`,
    classCount: (count) => `클래스 ${count}개`,
    withCaptions: '캡션',
    skipped: (count) => `파일 ${count}개를 건너뛰었습니다`,
    range: (from, to, of) => `${of} 가운데 ${from}–${to}`,
    points: {
      classes: '클래스',
      columns: { auto: '자동', last: '마지막 열', none: '없음' },
      columnHints: {
        auto: '이름이 label이나 class인 열, 없으면 글자로 된 마지막 열입니다.',
        last: '마지막 열의 서로 다른 칸이 각각 클래스입니다.',
        none: '모든 열이 좌표입니다.',
      },
      keep: '둘 곳',
      places: { library: '라이브러리', workflow: '워크플로' },
      placeHints: {
        library: '한 번 저장해 모든 워크플로에서 씁니다.',
        workflow: 'PointTable 노드 안에 글자로 둡니다. 워크플로의 파일과 링크에도 들어갑니다.',
      },
      plot: (shown, count) => `점 ${count}개 가운데 ${shown}개`,
    },
    previous: '이전 이미지',
    next: '다음 이미지',
  },

  drawing: {
    title: '점 그리기',
    paintTitle: '칠하기',
    open: '그리기…',
    label:
      '−2에서 2까지의 정사각형. 화살표 키로 십자를 옮기고, 스페이스 키로 점을 찍거나 지웁니다.',
    hint: '여기에 그리세요. Shift를 누르면 지웁니다.',
    count: (points) => `점 ${formatKoreanCount(points)}개`,
    clear: '지우기',
    tool: '도구',
    draw: '그리기',
    erase: '지우기',
    brush: '붓 크기',
    singlePoint: '점 하나',
  },

  share: {
    noScript: '그래프를 스크립트로 내보낼 수 없습니다',
    noTorch: '그래프를 PyTorch로 내보낼 수 없습니다',
    title: '가중치와 함께 공유',
    link: '링크',
    linkCopied: '링크를 복사했습니다',
    linkSize: (size) => `링크(${size})에 그래프 전체가 들어 있습니다. 업로드하지 않습니다.`,
    notInLink: (names) => `포함되지 않음: ${names}.`,
    file: (name, size) => `${name} (${size})`,
    contents: (names) => `이 워크플로와 ${subject(names)} 든 ZIP.`,
    workflowOnly: '이 워크플로가 든 ZIP. 내 체크포인트나 데이터 세트를 쓰지 않습니다.',
    missing: (names) => `여기에 없어 포함되지 않음: ${names}. 받는 사람이 따로 구해야 합니다.`,
    size: (size) => `모두 ${size}.`,
    added: (files, size) => `파일 ${files}개(${size})를 보관함에 추가했습니다`,
  },

  link: {
    loading: (name) => `${object(name)} 불러오는 중…`,
    unknownReady: (names) =>
      `갤러리에 이 id의 워크플로가 없습니다. 비슷한 id: ${names.join(', ')}.`,
    applied: (count) => `링크가 파라미터 ${count}개를 설정했습니다`,
    notApplied: '링크의 설정 일부가 맞지 않습니다',
    noWorkflow: '링크의 설정을 적용할 워크플로가 없습니다. 주소에 workflow=를 더하세요.',
    unreadable: '주소에 읽을 수 없는 부분이 있습니다',
    short: '갤러리의 이 워크플로를 엽니다.',
    shortWithSettings: (count) => `갤러리의 이 워크플로를 열고 파라미터 ${count}개를 설정합니다.`,
  },

  storage: {
    temporary: (problem) =>
      `이 브라우저는 데이터를 저장하지 않습니다(${problem}; 시크릿 창인가요?). 열기, 편집, 실행, 공유는 평소처럼 되지만 탭을 닫으면 모두 사라집니다. 남기려면 워크플로를 다운로드하세요.`,
    framed:
      '편집기가 다른 페이지 안에 있어 저장한 작업을 보여 주지도 저장하지도 않습니다. 따로 탭에서 열거나, 남기려면 워크플로를 다운로드하세요.',
    diskFull:
      '브라우저 저장 공간이 가득 차 그 뒤의 변경을 저장하지 못했습니다. 열기, 편집, 실행, 공유는 평소처럼 됩니다. 디스크의 공간을 늘리거나 워크플로를 다운로드하세요.',
    silent:
      '브라우저 저장소가 응답하지 않아 저장한 작업이 보이지 않습니다. 열기, 편집, 실행, 공유는 평소처럼 되고, 변경은 저장소가 응답하면 저장합니다. 이 페이지의 다른 탭을 닫거나 브라우저를 다시 시작하고, 남기려면 워크플로를 다운로드하세요.',
    noAnswer: '브라우저 저장소가 응답하지 않습니다. 나중에 다시 해 보세요.',
    answers: '브라우저 저장소가 다시 응답합니다',
    answersHint: '그동안의 변경을 저장했습니다.',
    damaged: (count) => `브라우저 저장 공간의 항목 ${count}개를 읽을 수 없습니다`,
    damagedHint: '나머지는 모두 온전합니다.',
    deleteDamaged: '삭제',
    views: '마지막 실행의 그림',
    deletedElsewhere: (name) => `“${name}”이(가) 다른 탭에서 삭제된 것 같습니다`,
    deletedHint: '이 탭에는 한 번도 저장하지 않은 워크플로로 남아 있습니다.',
    notStored: (what) => `저장하지 못함: ${what}`,
    full: '브라우저 저장 공간이 가득 찼습니다. 전에 저장한 것은 그대로입니다. 이제 쓰지 않는 것을 삭제해 공간을 늘리거나, 워크플로를 다운로드하세요.',
    failed: (why) => `이 브라우저에 저장하지 못했습니다: ${why}`,
    conflict: (name) => `다른 탭에서 “${name}”${object(name).slice(name.length)} 저장했습니다.`,
    deleted: '이제 보관함에 없습니다.',
  },
}
