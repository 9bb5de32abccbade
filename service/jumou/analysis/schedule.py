"""Project scheduling: critical path, PERT estimates, limited resources and the profile of spending.

Times are in the unit of the durations (months in a plan). Kelley and Walker (1959); Kolisch (1996).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import networkx as nx

from jumou.errors import InvalidRequest

_SLACK = 1e-9


@dataclass(frozen=True, slots=True)
class Task:
    """A task.

    `earliest` is a start it cannot precede (a funding window). `lag` is the share of each predecessor's duration that
    may still be running when this task starts (0: it waits for the end; 0.5: for half of it).
    """

    id: str
    duration: float
    predecessors: tuple[str, ...] = ()
    cost: float = 0.0
    demand: float = 1.0
    earliest: float = 0.0
    lag: float = 0.0


@dataclass(frozen=True, slots=True)
class Times:
    """Earliest and latest times of a task and its floats, in the unit of the durations."""

    earliest_start: float
    earliest_finish: float
    latest_start: float
    latest_finish: float
    total_float: float
    free_float: float

    @property
    def critical(self) -> bool:
        """Whether a delay of this task delays the whole."""
        return self.total_float <= _SLACK


@dataclass(frozen=True, slots=True)
class Schedule:
    """Times by task, the critical tasks in order of start, one longest path, and the length of the whole."""

    times: dict[str, Times]
    critical: tuple[str, ...]
    path: tuple[str, ...]
    makespan: float


def critical_path(tasks: Sequence[Task]) -> Schedule:
    """Forward and backward pass over the tasks.

    Raises:
        InvalidRequest: a predecessor is unknown, an id stands twice, a duration is negative, or tasks wait for one
            another in a cycle; the message names them.
    """
    by_id, order = _ordered(tasks)
    start: dict[str, float] = {}
    for name in order:
        task = by_id[name]
        start[name] = max([task.earliest, *(_release(by_id[p], start[p], task) for p in task.predecessors)])
    finish = {name: start[name] + by_id[name].duration for name in order}
    makespan = max(finish.values(), default=0.0)
    followers: dict[str, list[Task]] = {name: [] for name in order}
    for task in tasks:
        for name in task.predecessors:
            followers[name].append(task)
    latest: dict[str, float] = {}
    for name in reversed(order):
        task = by_id[name]
        bounds = [latest[later.id] - _held(task, later) for later in followers[name]]
        latest[name] = min([makespan - task.duration, *bounds])
    times = {}
    for name in (task.id for task in tasks):
        task = by_id[name]
        free = min(
            [
                makespan - finish[name],
                *(start[later.id] - start[name] - _held(task, later) for later in followers[name]),
            ]
        )
        times[name] = Times(
            earliest_start=start[name],
            earliest_finish=finish[name],
            latest_start=latest[name],
            latest_finish=latest[name] + task.duration,
            total_float=max(0.0, latest[name] - start[name]),
            free_float=max(0.0, free),
        )
    critical = tuple(
        sorted((name for name in order if times[name].critical), key=lambda name: (start[name], finish[name]))
    )
    return Schedule(times, critical, _longest(by_id, start, finish), makespan)


def resource_limited(tasks: Sequence[Task], capacity: float) -> dict[str, float]:
    """Start of each task when at most `capacity` of `demand` runs at a time: serial generation, least float first.

    Raises:
        InvalidRequest: as `critical_path`, or a task alone asks for more than there is.
    """
    greedy = [task.id for task in tasks if task.demand > capacity]
    if greedy:
        raise InvalidRequest(
            f"任务 {greedy[0]} 的资源需求超过总量。", f"task {greedy[0]} alone needs more than the capacity.",
            mend_zh="请拆分任务或提高总量。", mend_en="Split the task or raise the capacity.",
        )  # fmt: skip
    plan = critical_path(tasks)
    by_id = {task.id: task for task in tasks}
    placed: dict[str, float] = {}
    waiting = set(by_id)
    while waiting:
        ready = [name for name in waiting if all(p in placed for p in by_id[name].predecessors)]
        name = min(ready, key=lambda item: (plan.times[item].total_float, plan.times[item].latest_start, item))
        placed[name] = _first_fit(by_id, placed, by_id[name], capacity)
        waiting.remove(name)
    return {task.id: placed[task.id] for task in tasks}


def spend_profile(tasks: Sequence[Task], starts: Mapping[str, float], periods: int | None = None) -> tuple[float, ...]:
    """Cost a period when each task's cost is spread evenly over its duration; a milestone's cost falls at its start."""
    end = max((starts[task.id] + task.duration for task in tasks), default=0.0)
    count = periods if periods is not None else max(1, -int(-end // 1))
    amounts = [0.0] * count
    for task in tasks:
        begin, finish = starts[task.id], starts[task.id] + task.duration
        if task.duration <= 0:
            amounts[min(count - 1, int(begin))] += task.cost
            continue
        for period in range(int(begin), min(count, -int(-finish // 1))):
            overlap = min(finish, period + 1) - max(begin, period)
            amounts[period] += task.cost * max(0.0, overlap) / task.duration
    return tuple(amounts)


def three_point(optimistic: float, likely: float, pessimistic: float) -> tuple[float, float]:
    """PERT mean (o + 4m + p) / 6 and standard deviation (p - o) / 6.

    Raises:
        InvalidRequest: the three are not in order.
    """
    if not optimistic <= likely <= pessimistic:
        raise InvalidRequest(
            "三点估计须为乐观≤最可能≤悲观。", "the estimates have to rise from optimistic to pessimistic."
        )
    return (optimistic + 4 * likely + pessimistic) / 6, (pessimistic - optimistic) / 6


def _held(task: Task, later: Task) -> float:
    """How long after the start of `task` a follower has to wait."""
    return task.duration * (1 - later.lag)


def _release(task: Task, start: float, later: Task) -> float:
    return start + _held(task, later)


def _ordered(tasks: Sequence[Task]) -> tuple[dict[str, Task], list[str]]:
    by_id: dict[str, Task] = {}
    for task in tasks:
        if task.id in by_id:
            raise InvalidRequest(f"任务编号 {task.id} 重复。", f"task id {task.id} stands twice.")
        if task.duration < 0 or not 0 <= task.lag <= 1:
            raise InvalidRequest(
                f"任务 {task.id} 的工期或搭接不合规。", f"task {task.id}: its duration or overlap is out of range."
            )
        by_id[task.id] = task
    graph: nx.DiGraph[str] = nx.DiGraph()
    graph.add_nodes_from(by_id)
    for task in tasks:
        for name in task.predecessors:
            if name not in by_id:
                raise InvalidRequest(
                    f"任务 {task.id} 的紧前任务 {name} 不存在。", f"task {task.id} waits for {name}, which does not exist.",
                    mend_zh="请改正编号或删除该紧前关系。", mend_en="Correct the id or drop the predecessor.",
                )  # fmt: skip
            graph.add_edge(name, task.id)
    if not nx.is_directed_acyclic_graph(graph):
        circle = " → ".join(edge[0] for edge in nx.find_cycle(graph))
        raise InvalidRequest(
            f"任务之间存在循环：{circle}。", f"tasks wait for one another in a cycle: {circle}.",
            mend_zh="请删除其中一条紧前关系。", mend_en="Drop one of these predecessors.",
        )  # fmt: skip
    return by_id, list(nx.lexicographical_topological_sort(graph))


def _longest(by_id: Mapping[str, Task], start: Mapping[str, float], finish: Mapping[str, float]) -> tuple[str, ...]:
    """One chain of tasks, each released by the one before it, that ends with the whole."""
    if not by_id:
        return ()
    name = min(by_id, key=lambda item: (-finish[item], item))
    path = [name]
    while True:
        task = by_id[name]
        binding = sorted(
            p for p in task.predecessors if abs(_release(by_id[p], start[p], task) - start[name]) <= _SLACK
        )
        if not binding:
            return tuple(reversed(path))
        name = binding[0]
        path.append(name)


def _first_fit(by_id: Mapping[str, Task], placed: Mapping[str, float], task: Task, capacity: float) -> float:
    earliest = max([task.earliest, *(_release(by_id[p], placed[p], task) for p in task.predecessors)])
    ends = [placed[name] + by_id[name].duration for name in placed]
    for moment in sorted({earliest, *(end for end in ends if end > earliest)}):
        if _peak(by_id, placed, moment, moment + task.duration) + task.demand <= capacity + _SLACK:
            return moment
    return max([earliest, *ends])


def _peak(by_id: Mapping[str, Task], placed: Mapping[str, float], begin: float, end: float) -> float:
    running = [(placed[n], placed[n] + by_id[n].duration, by_id[n].demand) for n in placed]
    overlapping = [row for row in running if row[0] < end - _SLACK and row[1] > begin + _SLACK]
    moments = {begin, *(row[0] for row in overlapping if row[0] > begin)}
    return max((sum(d for s, e, d in overlapping if s <= m + _SLACK and e > m + _SLACK) for m in moments), default=0.0)
