//! The numbers of frames, which are others where records were left out.

/// Numbers that go on together: the first one as the records have it, and as it is told.
struct Run {
    from: u64,
    to: u64,
    count: u64,
}

/// From the numbers of the records to those that are told. Both rise.
#[derive(Default)]
pub(super) struct Numbers(Vec<Run>);

impl Numbers {
    /// Takes the number of a frame. One that does not rise is not known later.
    pub(super) fn add(&mut self, from: u64, to: u64) {
        let last = self.0.last_mut().map(|run| {
            let next = (run.from.saturating_add(run.count), run.to.saturating_add(run.count));
            (run, next)
        });
        match last {
            Some((run, next)) if next == (from, to) => run.count = run.count.saturating_add(1),
            Some((_, next)) if from < next.0 => {}
            _ => self.0.push(Run { from, to, count: 1 }),
        }
    }

    /// The number that is told.
    pub(super) fn get(&self, from: u64) -> Option<u64> {
        let index = self.0.partition_point(|run| run.from <= from).checked_sub(1)?;
        let run = self.0.get(index)?;
        let behind = from.saturating_sub(run.from);
        (behind < run.count).then(|| run.to.saturating_add(behind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_with_some_left_out() {
        let mut numbers = Numbers::default();
        for (from, to) in [(3, 1), (4, 2), (5, 3), (9, 4), (9, 5), (2, 6), (10, 7), (11, 8)] {
            numbers.add(from, to);
        }
        let told = [2, 3, 5, 6, 9, 10, 11, 12].map(|from| numbers.get(from));
        assert_eq!(told, [None, Some(1), Some(3), None, Some(4), Some(7), Some(8), None]);
    }
}
