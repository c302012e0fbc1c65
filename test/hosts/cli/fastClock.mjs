// Makes the clock of a process run faster when imported before the program: it saves trainings more
// often. The variable CLOCK is the factor.
const { now } = performance
const factor = Number(process.env.CLOCK)
performance.now = () => factor * now.call(performance)
