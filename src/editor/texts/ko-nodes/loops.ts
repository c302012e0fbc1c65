// 분류 loops(반복)의 노드가 자신에 대해 하는 말.
export const loops = {
  // RepeatEnd
  'Ends a loop: takes what each round has made, and gives what the last one has.':
    '반복을 끝맺습니다. 회마다 만든 것을 받아, 마지막 것을 줍니다.',
  'for the next round': '다음 회로 넘길 것',
  'ends the loop early once it is not above 0': '0보다 크지 않게 되면 반복을 일찍 끝냅니다',
  'after the last round': '마지막 회 뒤',

  // RepeatStart
  'Begins a loop that runs a number of times, and gives in each round what the round before has made of its values.':
    '정해진 횟수만큼 도는 반복을 시작합니다. 앞 회가 만든 값을 회마다 줍니다.',
  'what goes round, as it is before the first round': '돌며 바뀔 것, 첫 회 전의 값',
  'as many rounds as lead to this t: t + 1, whatever times says': '이 t에 이르는 만큼 돕니다: times와 상관없이 t + 1번',
  'as the round before has left it': '앞 회가 남긴 것',
  'the same, as a timestep': '같은 수를 타임스텝으로',
  'how many rounds, if until is unwired': 'until을 연결하지 않을 때의 횟수',
}
