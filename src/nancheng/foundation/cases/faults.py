"""What faults of drawings, incidents of cases and refusals of the process kernel say, by code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nancheng.kernel.process.definition import Definition, Problem
from nancheng.kernel.process.explore import Move

Texts = Mapping[str, str | Promise]

OF_READING: Texts = {
    "process.attribute-unknown": _("没有这个扩展属性，可能是拼写错误"),
    "process.element-not-run": _("平台不执行这种元素，请改用其他画法"),
    "process.id-twice": _("标识重复"),
    "process.no-id": _("元素没有标识"),
    "process.reference-unknown": _("引用的消息、信号、错误或上报未定义"),
    "process.second-process": _("文件中有多个可执行流程，只发布第一个"),
    "process.several-events": _("一个事件只能有一个触发条件"),
}
OF_DRAWING: Texts = {
    "process.attribute-not-here": _("该扩展属性不适用于这种元素"),
    "process.boundary-never-happens": _("所依附的任务立即完成，此边界事件永远不会发生"),
    "process.boundary-without-host": _("边界事件没有依附在任务或子流程上"),
    "process.condition-not-asked": _("此处的连线条件不会被判断"),
    "process.default-has-condition": _("默认连线不应带条件"),
    "process.default-unknown": _("默认连线不是从该元素发出的"),
    "process.error-must-interrupt": _("错误事件必须中断"),
    "process.event-without-name": _("事件没有写明消息、信号、错误或上报的名称"),
    "process.expression": _("表达式无法识别"),
    "process.flow-crosses": _("连线跨越了子流程边界"),
    "process.flow-hangs": _("连线的一端没有连接元素"),
    "process.flow-into-start": _("连线不能进入开始事件、边界事件或事件子流程"),
    "process.flow-out-of-end": _("连线不能从结束事件或事件子流程发出"),
    "process.flow-without-condition": _("排他网关的连线既无条件也不是默认连线"),
    "process.gate-to-no-event": _("事件网关之后只能直接连接事件或接收任务"),
    "process.gate-without-choice": _("事件网关之后至少要有两个事件"),
    "process.id-too-long": _("标识过长"),
    "process.in-no-lane": _("用户任务不在任何泳道内，无人承办"),
    "process.in-two-lanes": _("元素同时在两个泳道内"),
    "process.lane-node-unknown": _("泳道引用的元素不存在"),
    "process.lane-without-post": _("泳道没有写明承办岗位"),
    "process.limit-unreadable": _("时限写法无法识别"),
    "process.link-without-end": _("链接事件没有唯一的同名接收端"),
    "process.name-too-long": _("名称过长"),
    "process.name-unreadable": _("变量名无法识别"),
    "process.no-called-process": _("调用活动没有写明被调用的流程"),
    "process.no-collection": _("多实例没有写明集合"),
    "process.no-decision": _("规则任务没有写明决策表"),
    "process.no-end": _("没有结束事件"),
    "process.no-handler": _("服务任务没有写明处理程序"),
    "process.no-message": _("收发任务没有写明消息"),
    "process.no-name": _("用户任务没有名称"),
    "process.no-start": _("没有开始事件"),
    "process.no-way-on": _("元素之后没有去路"),
    "process.second-start": _("有多个无触发条件的开始事件"),
    "process.timer-cannot-repeat": _("此处的定时器不能重复"),
    "process.timer-unreadable": _("时间写法无法识别"),
    "process.timer-without-time": _("定时器没有写明时间"),
    "process.unreachable": _("没有连线到达该元素"),
    "process.verb-unknown": _("没有这种办理操作"),
}
OF_BINDINGS: Texts = {
    "process.unbound-decision": _("没有人提供这张决策表"),
    "process.unbound-form": _("没有人提供这张表单"),
    "process.unbound-start": _("时间不能开立办件：没有发起人"),
    "process.unbound-handler": _("没有人提供这个处理程序"),
    "process.unbound-limit": _("没有这条时限规则"),
    "process.unbound-post": _("没有这个岗位职责"),
    "process.unbound-process": _("没有这个可调用的流程"),
}
# Found by exploring: each has a path that leads there.
OF_EXPLORING: Texts = {
    "process.automatic-loop": _("存在不经过任何人工或等待的循环"),
    "process.can-stick": _("办件会停在此处成为异常"),
    "process.deadlock": _("死锁：汇聚网关等待的分支不可能再到达"),
    "process.gateway-without-default": _("没有条件成立时无路可走：网关缺少默认连线"),
    "process.livelock": _("活锁：自动环节循环不止"),
    "process.never-reached": _("无论怎样办理都不会到达"),
    "process.no-way-to-end": _("从这里起再也无法到达结束"),
    "process.token-doubled": _("分支未汇合，同一环节会重复进行"),
    "process.too-many-outcomes": _("一步之内的可能结果过多，未能逐一检查"),
}
OF_CASES: Texts = {
    "process.collection-failed": _("多实例的集合无法取得"),
    "process.completion-condition-failed": _("会签完成条件无法计算"),
    "process.condition-failed": _("连线条件无法计算"),
    "process.error-uncaught": _("错误没有被任何事件捕获"),
    "process.join-starved": _("汇聚网关等待的分支不会再到达"),
    "process.key-failed": _("消息的关联键无法计算"),
    "process.mapping-failed": _("调用流程的变量映射无法计算"),
    "process.no-way-out": _("没有条件成立，也没有默认连线"),
    "process.timer-failed": _("定时器的时间无法计算"),
    "process.too-many-moves": _("自动环节循环不止，已停下"),
}
OF_MIGRATION: Texts = {
    "process.migration-flow-gone": _("新版本没有已到达汇聚网关的连线"),
    "process.migration-node-gone": _("新版本没有该环节"),
    "process.migration-other-call": _("新版本在此调用的是另一流程"),
    "process.migration-other-event": _("新版本在此等待的是另一事件"),
    "process.migration-other-kind": _("新版本的该环节类型不同"),
    "process.migration-other-loop": _("新版本的会签方式不同"),
    "process.migration-other-scope": _("新版本的该环节在另一子流程内"),
}
FAULTS: Texts = {
    **OF_READING,
    **OF_DRAWING,
    **OF_BINDINGS,
    **OF_EXPLORING,
    **OF_CASES,
    **OF_MIGRATION,
}

REFUSALS: Texts = {
    "process.already-started": _("该办件已经启动。"),
    "process.cannot-migrate": _("该办件不能转到新版本：%(problems)s"),
    "process.case-is-over": _("该办件已经结束，不能再办。"),
    "process.error-uncaught": _("流程图没有规定如何处理该错误（%(error)s）。"),
    "process.last-signer": _("会签至少要保留一人，不能再减签。"),
    "process.no-process": _("文件中没有可读取的流程。"),
    "process.no-such-call": _("该办件没有在等待这次调用的结果。"),
    "process.no-such-element": _("流程图中没有元素 %(element)s。"),
    "process.no-such-incident": _("该异常已经处理。"),
    "process.no-such-start": _("流程不能从 %(node)s 启动。"),
    "process.no-such-task": _("该任务已不在办理中。"),
    "process.no-such-timer": _("该定时器已不在运行。"),
    "process.no-such-wait": _("该办件没有在等待这条消息。"),
    "process.no-such-work": _("该工作已不在进行中。"),
    "process.nobody-waits": _("该办件没有环节在等待信号“%(name)s”。"),
    "process.not-a-joint-signing": _("该任务不是会签，不能加签或减签。"),
    "process.not-passed": _("只能退回到本办件经过的环节。"),
    "process.not-for-xml": _("%(element)s 的新内容含有无法写入文件的字符。"),
    "process.not-started": _("该办件尚未启动。"),
    "process.not-suspended": _("该办件没有中止，无需恢复。"),
    "process.reason-missing": _("请填写原因。"),
    "process.sibling-is-open": _("并行的其他分支尚未汇合，不能退回到分支之前。"),
    "process.signer-cannot-send-back": _("会签人不能单独退回，请由主办退回整个会签。"),
    "process.suspended": _("该办件已中止，恢复后方可办理。"),
    "process.taken-further": _("后续环节已有进展，不能撤回。"),
    "process.timer-not-due": _("定时器尚未到时（%(due_at)s）。"),
    "process.too-many-instances": _("会签人数已达上限（%(limit)s）。"),
    "process.touched": _("下一环节已有人签收，不能撤回。"),
    "process.unreadable-declares-entities": _("文件声明了文档类型或实体，平台不读取。"),
    "process.unreadable-encoding-not-as-declared": _("文件的内容与其声明的编码不符。"),
    "process.unreadable-encoding-unknown": _("不能读取文件所用的编码，请另存为 UTF-8。"),
    "process.unreadable-not-bpmn": _("文件是 XML，但不是 BPMN 2.0 文件（第%(line)s行）。"),
    "process.unreadable-not-xml": _("文件不是完整的 XML（第%(line)s行）。"),
    "process.unreadable-too-deep": _("文件的元素过多或嵌套过深（第%(line)s行）。"),
    "process.unreadable-too-large": _("文件过大。"),
    "process.unreadable-too-many-attributes": _("一个元素的属性过多（第%(line)s行）。"),
}


# What a hand did on a path to a fault, by the command it gave.
ACTS: Texts = {
    "Start": _("启动"),
    "Complete": _("办理"),
    "Answer": _("自动完成"),
    "Fire": _("到时"),
    "Deliver": _("收到消息"),
    "Signal": _("收到信号"),
    "Return": _("被调用流程结束"),
    "Raise": _("出错"),
    "Escalate": _("上报"),
}


def path(definition: Definition, moves: Iterable[Move]) -> str:
    """Return the way to a fault as a person follows it on the drawing: names, acts, choices."""
    return " → ".join(_move(definition, move) for move in moves)


def _move(definition: Definition, move: Move) -> str:
    said = str(ACTS.get(move.act, move.act)) + (f" {move.code}" if move.code else "")
    chosen = [f for flow in move.flows for f in definition.flows if f.id == flow]
    choices = [
        f"{_named(definition, f.source)} ⇒ {f.name or _named(definition, f.target)}" for f in chosen
    ]
    return f"{_named(definition, move.node)} [{'; '.join((said, *choices))}]"


def _named(definition: Definition, node: str) -> str:
    drawn = definition.nodes.get(node)
    return " ".join(drawn.name.split()) if drawn and drawn.name else node


def text(problem: Problem) -> str:
    """Return a fault as a line for a person: where, on what, and what is wrong."""
    said = FAULTS.get(problem.code)
    name = problem.name if problem.name != problem.detail else ""
    what = f"{name} ({problem.element})" if name else problem.element
    detail = f": {problem.detail}" if problem.detail and problem.detail != problem.element else ""
    return f"{problem.line}: {what} {said or problem.code}{detail} [{problem.code}]"
