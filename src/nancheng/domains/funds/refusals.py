"""What refusals, flags, papers and ledger lines of special bonds say, with their figures."""

from django.utils.translation import gettext_lazy as _

REFUSALS = {
    "funds.several-faults": _("共有 %(count)s 处不符合规定：%(faults)s"),
    "funds.amount-not-positive": _("金额须大于零。"),
    "funds.project-not-executing": _("项目“%(project)s”尚未进入执行库，不能用款。"),
    "funds.project-suspended": _("项目“%(project)s”处于停工或暂缓状态，暂停拨付。"),
    "funds.project-forbidden": _("项目“%(project)s”被认定属于负面清单，不能使用专项债券资金。"),
    "funds.screening-open": _(
        "项目“%(project)s”有 %(count)s 条负面清单提示尚未认定，请先由财政局作出认定。"
    ),
    "funds.beyond-arrived": _(
        "申请 %(amount_fen)s 元，超过可用余额 %(available_fen)s 元"
        "（已到账 %(arrived_fen)s，已预留 %(reserved_fen)s，已支付 %(paid_fen)s）。"
    ),
    "funds.progress-improper": _(
        "累计进度须在 0.1%% 至 100%% 之间，且不低于已签认的进度（%(certified_permille)s‰）。"
    ),
    "funds.beyond-progress": _(
        "按累计进度 %(progress_permille)s‰、质保金 %(retention_permille)s‰，本合同可付至"
        " %(payable_fen)s 元；已承诺 %(committed_fen)s 元，本次最多 %(left_fen)s 元。"
    ),
    "funds.payee-not-party": _("收款单位不是合同 %(contract)s 的当事人。"),
    "funds.account-not-of-contract": _(
        "收款账号与合同 %(contract)s 约定的账户（或农民工工资专用账户）不一致。"
    ),
    "funds.item-not-planned": _("费用项“%(item)s”不在本项目一案两书之内。"),
    "funds.beyond-item": _(
        "费用项“%(item)s”批准 %(approved_fen)s 元，已承诺 %(committed_fen)s 元，"
        "不足以支付 %(amount_fen)s 元。"
    ),
    "funds.beyond-estimate": _(
        "项目概算 %(estimate_fen)s 元，已承诺 %(committed_fen)s 元，"
        "加本次 %(amount_fen)s 元将超概算。"
    ),
    "funds.use-forbidden": _("用途含“%(word)s”，不得使用专项债券资金（%(basis)s）。"),
    "funds.invoice-used": _("发票号码已使用或重复：%(numbers)s。"),
    "funds.invoices-short": _("发票合计 %(invoiced_fen)s 元，少于申请金额 %(amount_fen)s 元。"),
    "funds.papers-missing": _("缺少材料：%(papers)s。"),
    "funds.certificate-missing": _(
        "缺少监理支付证书：申请进度 %(progress_permille)s‰，已签认 %(certified_permille)s‰。"
    ),
    "funds.certificate-short": _(
        "签认进度 %(certified_permille)s‰ 须不低于申请进度 %(asked_permille)s‰"
        "和上次签认 %(before_permille)s‰，且不超过 1000‰；如不认可请选择不同意或退回。"
    ),
    "funds.certificate-used": _("支付证书编号 %(number)s 已使用。"),
    "funds.no-such-source": _("没有找到所选的合同、额度或费用项，或者不在您的权限范围内。"),
    "funds.no-application": _("该办件没有用款申请。"),
    "funds.not-with-applicant": _("该申请目前不在经办环节，不能重新提交。"),
    "funds.changed-meanwhile": _("该申请刚刚被他人修改（第 %(current)s 版），请刷新后再办。"),
    "funds.contract-stays": _("重新提交时不能更换合同，请另行申请。"),
    "funds.party-missing": _("办理单位尚未配置：%(parties)s，请联系管理员。"),
    "funds.not-posted": _("该笔款项当前为“%(state)s”，不能登记银行回单。"),
    "funds.money-under-way": _("%(amount_fen)s 元已发出支付指令，银行回单登记前不能终止。"),
    "funds.tenor-unknown": _("债券期限 %(tenor_years)s 年不在可发行的期限之内。"),
    "funds.beyond-quota": _("发行 %(amount_fen)s 元，超过本批次剩余额度 %(quota_left_fen)s 元。"),
    "funds.share-not-positive": _("分配给项目的额度须大于零（%(amount_fen)s 元）。"),
    "funds.shares-do-not-add-up": _(
        "各项目额度合计 %(total_fen)s 元，与债券金额 %(amount_fen)s 元相差 %(difference_fen)s 元。"
    ),
    "funds.items-beyond-estimate": _(
        "费用项合计 %(items_fen)s 元，超过批准概算 %(estimate_fen)s 元。"
    ),
    "funds.beyond-allocation": _(
        "到账 %(amount_fen)s 元将超过分配额度 %(allocated_fen)s 元（已到账 %(arrived_fen)s 元）。"
    ),
    "funds.arrived-before-issue": _("到账日期不能早于发行日 %(issued_on)s。"),
    "funds.retention-too-high": _(
        "质保金 %(retention_permille)s‰ 超过上限 %(most_permille)s‰（财建〔2022〕183号）。"
    ),
    "funds.supervises-itself": _("合同 %(contract)s 的施工单位不能同时是监理单位。"),
    "funds.contract-backwards": _("合同完工日不能早于开工日 %(starts_on)s。"),
    "funds.verdict-needs-reason": _("认定须写明理由，不少于 %(least)s 个字。"),
    "funds.screening-decided": _("“%(word)s”的提示已经认定，不能重复认定。"),
}

# What a reviewer is told about an odd request; not a refusal.
FLAGS = {
    "funds.flag-split": _(
        "疑似拆分支付：%(window_days)s 天内同一合同共 %(count)s 笔、合计 %(total_fen)s 元，"
        "达到 %(threshold_fen)s 元（关联 %(numbers)s）。"
    ),
    "funds.flag-screening": _("项目曾触及负面清单，经人工认定放行（%(count)s 条）。"),
}

PAPERS = {
    "request": _("施工单位付款申请"),
    "progress": _("工程进度确认表"),
    "invoice": _("发票"),
    "photo": _("现场照片"),
}

# How a line of the ledger reads.
BOOKED = {
    "funds.allocated": _("额度分配"),
    "funds.arrived": _("债券资金到账"),
    "funds.reserved": _("预留"),
    "funds.reserved/posted": _("支付"),
    "funds.reserved/voided": _("解除预留"),
    "funds.returned": _("银行退汇冲回"),
}
