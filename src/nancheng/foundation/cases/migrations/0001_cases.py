"""Tables of cases, as nine steps before the first release left them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('cases', '0001_initial'),
        ('cases', '0002_office'),
        ('cases', '0003_done_for'),
        ('cases', '0004_errands'),
        ('cases', '0005_clock_standing'),
        ('cases', '0007_drop_redundant_indexes'),
        ('cases', '0008_reopening'),
        ('cases', '0009_newest_first'),
        ('cases', '0010_open_tasks'),
    ]

    dependencies = [
        ('confirmations', '0001_initial'),
        ('people', '0001_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='NumberSeries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('series', models.CharField(max_length=40, unique=True)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='CalendarDay',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('is_workday', models.BooleanField()),
                ('name', models.CharField(max_length=60)),
                ('notice', models.CharField(max_length=100)),
                ('version', models.PositiveIntegerField(default=1)),
            ],
            options={
                'ordering': ('day',),
                'constraints': [models.UniqueConstraint(fields=('day', 'version'), name='calendar_day_once')],
            },
        ),
        migrations.CreateModel(
            name='Case',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, unique=True)),
                ('kind', models.CharField(max_length=40)),
                ('title', models.CharField(max_length=200)),
                ('status', models.CharField(choices=[('open', '办理中'), ('suspended', '已中止'), ('closed', '已办结'), ('terminated', '已终止')], default='open', max_length=12)),
                ('opened_at', models.DateTimeField()),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('variables', models.JSONField(default=dict)),
                ('next_item', models.PositiveIntegerField(default=1)),
                ('last_seq', models.PositiveIntegerField(default=0)),
                ('version', models.PositiveIntegerField(default=0)),
                ('head', models.CharField(blank=True, max_length=64)),
                ('last_step', models.CharField(blank=True, max_length=80)),
                ('last_step_s', models.BigIntegerField(default=0)),
                ('archived_at', models.DateTimeField(blank=True, null=True)),
                ('caller_item', models.PositiveIntegerField(blank=True, null=True)),
                ('caller', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='called', to='cases.case')),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('opened_by', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
            ],
            options={
                'ordering': ('-opened_at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='Archive',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=40, unique=True)),
                ('retention', models.CharField(choices=[('permanent', '永久'), ('30y', '30年'), ('10y', '10年')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('archived_label', models.CharField(max_length=200)),
                ('archived_at', models.DateTimeField()),
                ('head', models.CharField(max_length=64)),
                ('events', models.PositiveIntegerField()),
                ('manifest', models.JSONField(default=list)),
                ('archived_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='archive', to='cases.case')),
            ],
            options={
                'ordering': ('-archived_at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='CaseReader',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('given_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='readers', to='cases.case')),
                ('department', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('identity', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('post', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
            ],
        ),
        migrations.CreateModel(
            name='Circulation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receiver', models.CharField(max_length=200)),
                ('words', models.CharField(blank=True, max_length=1000)),
                ('sent_label', models.CharField(max_length=200)),
                ('sent_at', models.DateTimeField()),
                ('revoked_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='circulations', to='cases.case')),
                ('reader', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='circulation', to='cases.casereader')),
                ('revoked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
            ],
            options={
                'ordering': ('sent_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('budget', models.CharField(max_length=20)),
                ('basis', models.CharField(blank=True, max_length=300)),
                ('roll', models.CharField(default='none', max_length=20)),
                ('hours', models.CharField(blank=True, db_default='', max_length=200)),
                ('started_at', models.DateTimeField()),
                ('due_on', models.DateField(null=True)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('original_due_on', models.DateField(null=True)),
                ('calendar', models.CharField(blank=True, db_default='', max_length=120)),
                ('is_provisional', models.BooleanField(db_default=False, default=False)),
                ('stopped_at', models.DateTimeField(blank=True, null=True)),
                ('anchor', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.clock')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clocks', to='cases.case')),
            ],
        ),
        migrations.CreateModel(
            name='ClockExtension',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('count', models.PositiveIntegerField()),
                ('reason', models.CharField(max_length=500)),
                ('granted_at', models.DateTimeField()),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='extensions', to='cases.clock')),
                ('granted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
            ],
            options={
                'ordering': ('granted_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='ClockPause',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('paused_at', models.DateTimeField()),
                ('resumed_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(max_length=500)),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pauses', to='cases.clock')),
            ],
            options={
                'ordering': ('paused_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='DecisionVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
                ('version', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=100)),
                ('xml', models.BinaryField()),
                ('hash', models.CharField(max_length=64)),
                ('deployed_at', models.DateTimeField()),
                ('deployed_by', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ('key', '-version'),
                'constraints': [models.UniqueConstraint(fields=('key', 'version'), name='decision_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Errand',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=150, unique=True)),
                ('kind', models.CharField(choices=[('open', '开立子办件'), ('answer', '子办件回复'), ('fail', '子办件出错结束'), ('end', '终止子办件'), ('escalate', '上报'), ('message', '消息'), ('broadcast', '信号'), ('signal', '信号送达'), ('start', '由事件开立办件')], max_length=10)),
                ('state', models.CharField(choices=[('waiting', '待转达'), ('kept', '等待接收'), ('stuck', '受阻'), ('done', '已转达'), ('dropped', '已放弃')], default='waiting', max_length=10)),
                ('item', models.PositiveIntegerField(default=0)),
                ('target_item', models.PositiveIntegerField(default=0)),
                ('node', models.CharField(blank=True, max_length=80)),
                ('name', models.CharField(blank=True, max_length=100)),
                ('correlation', models.CharField(blank=True, max_length=100)),
                ('values', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('cursor', models.BigIntegerField(default=0)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('detail', models.CharField(blank=True, max_length=500)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('source', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('target', models.ForeignKey(blank=True, db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='cases.case')),
            ],
            options={
                'ordering': ('id',),
            },
        ),
        migrations.CreateModel(
            name='Opinion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receiver', models.CharField(max_length=200)),
                ('question', models.CharField(max_length=1000)),
                ('asked_label', models.CharField(max_length=200)),
                ('asked_at', models.DateTimeField()),
                ('due_on', models.DateField()),
                ('state', models.CharField(choices=[('asked', '待答复'), ('answered', '已答复'), ('withdrawn', '已撤回')], default='asked', max_length=10)),
                ('stance', models.CharField(blank=True, choices=[('none', '无意见'), ('suggest', '有修改建议'), ('object', '不同意')], max_length=8)),
                ('answer', models.CharField(blank=True, max_length=2000)),
                ('answered_label', models.CharField(blank=True, max_length=200)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opinions', to='cases.case')),
                ('reader', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='opinion', to='cases.casereader')),
            ],
            options={
                'ordering': ('asked_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Parameter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=60)),
                ('valid_from', models.DateField()),
                ('value', models.CharField(max_length=200)),
                ('source', models.CharField(max_length=300)),
            ],
            options={
                'ordering': ('code', '-valid_from'),
                'constraints': [models.UniqueConstraint(fields=('code', 'valid_from'), name='parameter_once_a_day')],
            },
        ),
        migrations.CreateModel(
            name='Participant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(max_length=30)),
                ('is_lead', models.BooleanField(default=False)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='participants', to='cases.case')),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
            ],
        ),
        migrations.CreateModel(
            name='ProcessVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60)),
                ('version', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=100)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('xml', models.BinaryField()),
                ('hash', models.CharField(max_length=64)),
                ('deployed_at', models.DateTimeField()),
                ('deployed_by', models.CharField(max_length=200)),
            ],
            options={
                'ordering': ('key', '-version'),
                'constraints': [models.UniqueConstraint(fields=('key', 'version'), name='process_version_once')],
            },
        ),
        migrations.CreateModel(
            name='Migration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=60)),
                ('moves', models.JSONField(default=dict)),
                ('reason', models.CharField(max_length=500)),
                ('state', models.CharField(choices=[('planned', '已制订'), ('running', '执行中'), ('done', '已完成')], default='planned', max_length=10)),
                ('planned_at', models.DateTimeField()),
                ('key', models.CharField(max_length=150, unique=True)),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('cursor', models.BigIntegerField(default=0)),
                ('moved', models.PositiveIntegerField(default=0)),
                ('stayed', models.PositiveIntegerField(default=0)),
                ('planned_by', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('new', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.processversion')),
                ('old', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.processversion')),
            ],
            options={
                'ordering': ('-planned_at', '-id'),
            },
        ),
        migrations.AddField(
            model_name='case',
            name='process',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.processversion'),
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('label', models.CharField(max_length=200)),
                ('read_at', models.DateTimeField()),
                ('noted_at', models.DateTimeField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=1000)),
                ('circulation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='cases.circulation')),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
            ],
            options={
                'ordering': ('read_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Reopening',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('node', models.CharField(max_length=80)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reopenings', to='cases.case')),
                ('confirmation', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='confirmations.confirmation')),
                ('opened', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
            ],
            options={
                'ordering': ('-id',),
            },
        ),
        migrations.CreateModel(
            name='Slip',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=30, unique=True)),
                ('colour', models.CharField(choices=[('blue', '蓝单'), ('yellow', '黄单'), ('red', '红单')], max_length=8)),
                ('state', models.CharField(choices=[('issued', '待回复'), ('replied', '待审核'), ('closed', '已办结')], default='issued', max_length=8)),
                ('demand', models.CharField(max_length=1000)),
                ('issued_label', models.CharField(max_length=200)),
                ('issued_at', models.DateTimeField()),
                ('reply_by', models.DateField()),
                ('escalations', models.PositiveIntegerField(default=0)),
                ('reminded_at', models.DateTimeField(blank=True, null=True)),
                ('effect', models.CharField(blank=True, choices=[('resolved', '已解决'), ('partly', '部分解决'), ('unresolved', '未解决，转其他方式处理')], max_length=12)),
                ('effect_text', models.CharField(blank=True, max_length=1000)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='slips', to='cases.case')),
                ('closed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('reader', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='slip', to='cases.casereader')),
            ],
            options={
                'ordering': ('-issued_at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='SlipReply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.CharField(max_length=2000)),
                ('label', models.CharField(max_length=200)),
                ('at', models.DateTimeField()),
                ('rejected_at', models.DateTimeField(blank=True, null=True)),
                ('rejected_reason', models.CharField(blank=True, max_length=1000)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('rejected_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('slip', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='replies', to='cases.slip')),
            ],
            options={
                'ordering': ('at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Task',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.PositiveIntegerField()),
                ('scope', models.PositiveIntegerField(default=0)),
                ('node', models.CharField(max_length=80)),
                ('name', models.CharField(max_length=100)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('data', models.JSONField(default=dict)),
                ('state', models.CharField(choices=[('offered', '待签收'), ('claimed', '办理中'), ('done', '已办'), ('withdrawn', '已撤回'), ('cancelled', '已取消')], default='offered', max_length=10)),
                ('arrived_at', models.DateTimeField()),
                ('due_on', models.DateField(blank=True, null=True)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
                ('reminders', models.PositiveIntegerField(default=0)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='tasks', to='cases.case')),
                ('claimed_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('department', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('done_by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('done_for', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('post', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.post')),
            ],
            options={
                'ordering': ('arrived_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Grab',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('grabbed_at', models.DateTimeField()),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='grabs', to='cases.task')),
            ],
            options={
                'ordering': ('grabbed_at', 'id'),
            },
        ),
        migrations.AddField(
            model_name='clock',
            name='task',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='clock', to='cases.task'),
        ),
        migrations.CreateModel(
            name='Wait',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('item', models.PositiveIntegerField()),
                ('scope', models.PositiveIntegerField(default=0)),
                ('node', models.CharField(max_length=80)),
                ('kind', models.CharField(max_length=20)),
                ('data', models.JSONField(default=dict)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('leased_until', models.DateTimeField(blank=True, null=True)),
                ('attempts', models.PositiveIntegerField(default=0)),
                ('name', models.CharField(blank=True, db_default='', default='', max_length=100)),
                ('correlation', models.CharField(blank=True, db_default='', default='', max_length=100)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='waits', to='cases.case')),
            ],
        ),
        migrations.CreateModel(
            name='CaseEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('seq', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('kind', models.CharField(max_length=30)),
                ('node', models.CharField(blank=True, max_length=80)),
                ('item', models.PositiveIntegerField(default=0)),
                ('actor_label', models.CharField(blank=True, max_length=200)),
                ('previous', models.CharField(blank=True, max_length=80)),
                ('wait_s', models.BigIntegerField(null=True)),
                ('payload', models.TextField()),
                ('key', models.CharField(max_length=80, null=True)),
                ('hash', models.CharField(max_length=64)),
                ('actor', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='cases.case')),
                ('department', models.ForeignKey(db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
            ],
            options={
                'ordering': ('case_id', 'seq'),
                'constraints': [models.UniqueConstraint(fields=('case', 'seq'), name='case_event_once'), models.UniqueConstraint(condition=models.Q(('key__isnull', False)), fields=('key',), name='case_event_key_once')],
            },
        ),
        migrations.CreateModel(
            name='CaseLink',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('parent', '上级办件'), ('repeat', '重复件'), ('reopened', '重开自'), ('related', '相关')], max_length=10)),
                ('case', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='links', to='cases.case')),
                ('other', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='linked_from', to='cases.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'other', 'kind'), name='case_link_once'), models.CheckConstraint(condition=models.Q(('case', models.F('other')), _negated=True), name='case_link_joins_two')],
            },
        ),
        migrations.AddIndex(
            model_name='casereader',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('identity__isnull', False)), fields=['identity', 'case'], name='reader_identity'),
        ),
        migrations.AddIndex(
            model_name='casereader',
            index=models.Index(condition=models.Q(('ended_at__isnull', True), ('post__isnull', False)), fields=['post', 'case'], name='reader_post'),
        ),
        migrations.AddIndex(
            model_name='casereader',
            index=models.Index(condition=models.Q(('department__isnull', False), ('ended_at__isnull', True)), fields=['department', 'case'], name='reader_department'),
        ),
        migrations.AddConstraint(
            model_name='casereader',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('department__isnull', True), ('identity__isnull', False), ('post__isnull', True)), models.Q(('department__isnull', True), ('identity__isnull', True), ('post__isnull', False)), models.Q(('department__isnull', False), ('identity__isnull', True), ('post__isnull', True)), _connector='OR'), name='case_reader_is_one'),
        ),
        migrations.AddConstraint(
            model_name='circulation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('revoked_at__isnull', True), ('revoked_by__isnull', True)), models.Q(('revoked_at__isnull', False), ('revoked_by__isnull', False)), _connector='OR'), name='circulation_revoked_by_one'),
        ),
        migrations.AddConstraint(
            model_name='clockextension',
            constraint=models.CheckConstraint(condition=models.Q(('count__gt', 0)), name='clock_extension_adds'),
        ),
        migrations.AddConstraint(
            model_name='clockpause',
            constraint=models.CheckConstraint(condition=models.Q(('resumed_at__isnull', True), ('resumed_at__gte', models.F('paused_at')), _connector='OR'), name='clock_pause_runs_forward'),
        ),
        migrations.AddIndex(
            model_name='errand',
            index=models.Index(condition=models.Q(('state', 'waiting')), fields=['due_at', 'id'], name='errand_due'),
        ),
        migrations.AddIndex(
            model_name='errand',
            index=models.Index(condition=models.Q(('state', 'kept')), fields=['name', 'correlation'], name='errand_kept'),
        ),
        migrations.AddIndex(
            model_name='errand',
            index=models.Index(condition=models.Q(('state', 'stuck')), fields=['id'], name='errand_stuck'),
        ),
        migrations.AddIndex(
            model_name='errand',
            index=models.Index(condition=models.Q(('done_at__isnull', False)), fields=['done_at'], name='errand_done'),
        ),
        migrations.AddConstraint(
            model_name='errand',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', False), ('state__in', ('done', 'dropped'))), models.Q(('done_at__isnull', True), ('state__in', ('waiting', 'kept', 'stuck'))), _connector='OR'), name='errand_done_has_a_time'),
        ),
        migrations.AddIndex(
            model_name='opinion',
            index=models.Index(condition=models.Q(('state', 'asked')), fields=['due_on'], name='opinion_open'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'asked')), models.Q(('ended_at__isnull', False), ('state__in', ('answered', 'withdrawn'))), _connector='OR'), name='opinion_ends_once'),
        ),
        migrations.AddConstraint(
            model_name='opinion',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), models.Q(('answered_by__isnull', False), models.Q(('stance', ''), _negated=True)), _connector='OR'), name='opinion_answered_by_somebody'),
        ),
        migrations.AddIndex(
            model_name='participant',
            index=models.Index(fields=['department', 'case'], name='participant_department'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.UniqueConstraint(fields=('case', 'party'), name='participant_once_a_party'),
        ),
        migrations.AddIndex(
            model_name='migration',
            index=models.Index(fields=['kind', '-planned_at'], name='migration_of_kind'),
        ),
        migrations.AddConstraint(
            model_name='migration',
            constraint=models.CheckConstraint(condition=models.Q(('old', models.F('new')), _negated=True), name='migration_joins_two'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['kind', 'status', 'due_on'], name='case_kind_status_due'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['department', 'status'], name='case_department_status'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['opened_by', '-opened_at'], name='case_opened_by'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['-opened_at', '-id'], name='case_newest'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('status__in', ('open', 'suspended'))), models.Q(('closed_at__isnull', False), ('status__in', ('closed', 'terminated'))), _connector='OR'), name='case_closed_has_a_time'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(('archived_at__isnull', True), ('closed_at__isnull', False), _connector='OR'), name='case_archived_is_over'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.UniqueConstraint(condition=models.Q(('caller__isnull', False)), fields=('caller', 'caller_item'), name='case_called_once'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('circulation', 'identity'), name='receipt_once'),
        ),
        migrations.AddConstraint(
            model_name='reopening',
            constraint=models.CheckConstraint(condition=models.Q(('opened__isnull', True), models.Q(('opened', models.F('case')), _negated=True), _connector='OR'), name='reopening_opens_another'),
        ),
        migrations.AddIndex(
            model_name='slip',
            index=models.Index(condition=models.Q(('state__in', ('issued', 'replied'))), fields=['department', 'colour'], name='slip_open'),
        ),
        migrations.AddConstraint(
            model_name='slip',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('state__in', ('issued', 'replied'))), models.Q(('closed_at__isnull', False), ('state', 'closed'), models.Q(('effect', ''), _negated=True)), _connector='OR'), name='slip_closed_with_an_effect'),
        ),
        migrations.AddConstraint(
            model_name='slip',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('issued', 'replied'))), fields=('case', 'department'), name='slip_open_once'),
        ),
        migrations.AddConstraint(
            model_name='slipreply',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('rejected_at__isnull', True), ('rejected_by__isnull', True)), models.Q(('rejected_at__isnull', False), ('rejected_by__isnull', False), models.Q(('rejected_reason', ''), _negated=True)), _connector='OR'), name='slip_reply_rejected_why'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('done_at__isnull', True)), fields=['post', 'due_on', 'id'], name='task_open_by_post'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state', 'claimed')), fields=['claimed_by', 'due_on', 'id'], name='task_open_by_identity'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('state', 'done')), fields=['done_by', '-done_at'], name='task_done_by'),
        ),
        migrations.AddIndex(
            model_name='task',
            index=models.Index(condition=models.Q(('done_for__isnull', False)), fields=['done_for', '-done_at'], name='task_done_for'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.UniqueConstraint(fields=('case', 'item'), name='task_item_once'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'claimed'), _negated=True), ('claimed_by__isnull', False), _connector='OR'), name='task_claimed_by_somebody'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('done_at__isnull', True), ('state__in', ('offered', 'claimed'))), models.Q(('done_at__isnull', False), ('state__in', ('done', 'withdrawn', 'cancelled'))), _connector='OR'), name='task_open_until_done_at'),
        ),
        migrations.AddConstraint(
            model_name='task',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'done'), _negated=True), models.Q(('done_at__isnull', False), ('done_by__isnull', False)), _connector='OR'), name='task_done_by_somebody'),
        ),
        migrations.AddIndex(
            model_name='grab',
            index=models.Index(fields=['identity', 'grabbed_at'], name='grab_identity'),
        ),
        migrations.AddIndex(
            model_name='clock',
            index=models.Index(condition=models.Q(('anchor__isnull', False)), fields=['anchor'], name='clock_anchor'),
        ),
        migrations.AddIndex(
            model_name='wait',
            index=models.Index(condition=models.Q(('due_at__isnull', False)), fields=['due_at'], name='wait_due'),
        ),
        migrations.AddIndex(
            model_name='wait',
            index=models.Index(condition=models.Q(('name', ''), _negated=True), fields=['name', 'correlation'], name='wait_awaited'),
        ),
        migrations.AddIndex(
            model_name='wait',
            index=models.Index(condition=models.Q(('kind', 'incident')), fields=['case', 'item'], name='wait_incident'),
        ),
        migrations.AddConstraint(
            model_name='wait',
            constraint=models.UniqueConstraint(fields=('case', 'item'), name='wait_item_once'),
        ),
    ]
