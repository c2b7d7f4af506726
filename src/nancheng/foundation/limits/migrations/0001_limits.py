"""Tables of limits, as three steps before the first release left them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    replaces = [
        ('limits', '0001_initial'),
        ('limits', '0002_timers_too'),
        ('limits', '0003_timers_kept'),
    ]

    dependencies = [
        ('cases', '0001_cases'),
        ('confirmations', '0001_initial'),
        ('people', '0001_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='CalendarNotice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveIntegerField()),
                ('number', models.CharField(max_length=100)),
                ('rows', models.JSONField(default=list)),
                ('proposed_at', models.DateTimeField()),
                ('proposed_label', models.CharField(max_length=200)),
                ('applied_at', models.DateTimeField(blank=True, null=True)),
                ('applied_label', models.CharField(blank=True, max_length=200)),
                ('versions', models.CharField(blank=True, max_length=120)),
                ('key', models.CharField(max_length=80, unique=True)),
                ('confirmation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='confirmations.confirmation')),
            ],
            options={
                'ordering': ('-proposed_at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='LimitRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30)),
                ('valid_from', models.DateField()),
                ('name', models.CharField(max_length=100)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('starts', models.CharField(max_length=100)),
                ('starts_en', models.CharField(blank=True, max_length=200)),
                ('length', models.CharField(blank=True, max_length=20)),
                ('fixed', models.CharField(blank=True, max_length=100)),
                ('roll', models.CharField(default='none', max_length=20)),
                ('extension_count', models.PositiveIntegerField(default=0)),
                ('extension_length', models.CharField(blank=True, max_length=20)),
                ('extension_by', models.CharField(blank=True, max_length=100)),
                ('correction', models.CharField(blank=True, choices=[('', '不影响'), ('pause', '暂停计时'), ('reset', '重新起算')], max_length=10)),
                ('source', models.CharField(max_length=200)),
                ('article', models.CharField(blank=True, max_length=60)),
                ('mark', models.CharField(max_length=20)),
            ],
            options={
                'ordering': ('code', '-valid_from'),
                'constraints': [models.UniqueConstraint(fields=('code', 'valid_from'), name='limit_rule_once_a_day'), models.CheckConstraint(condition=models.Q(models.Q(('length', ''), _negated=True), models.Q(('fixed', ''), _negated=True), _connector='OR'), name='limit_rule_has_an_end'), models.CheckConstraint(condition=models.Q(('extension_count', 0), models.Q(('extension_length', ''), _negated=True), _connector='OR'), name='limit_rule_extension_whole')],
            },
        ),
        migrations.CreateModel(
            name='MissingYear',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('year', models.PositiveIntegerField()),
                ('process', models.CharField(max_length=60)),
                ('node', models.CharField(blank=True, max_length=80)),
                ('limit', models.CharField(max_length=30)),
                ('needed_on', models.DateField()),
                ('waiting', models.PositiveIntegerField(default=0)),
                ('noted_on', models.DateField()),
            ],
            options={
                'ordering': ('year', 'needed_on', 'process', 'node'),
                'constraints': [models.UniqueConstraint(fields=('year', 'process', 'node'), name='missing_year_once')],
            },
        ),
        migrations.CreateModel(
            name='Reprojection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(max_length=300)),
                ('since', models.DateField()),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('by_label', models.CharField(max_length=200)),
                ('after_clock', models.BigIntegerField(default=0)),
                ('after_wait', models.BigIntegerField(db_default=0, default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('seen', models.PositiveIntegerField(default=0)),
                ('moved', models.PositiveIntegerField(default=0)),
                ('kept', models.PositiveIntegerField(db_default=0, default=0)),
                ('notice', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reprojections', to='limits.calendarnotice')),
            ],
            options={
                'ordering': ('-started_at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='ClockMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.CharField(choices=[('calendar', '节假日安排更新'), ('extended', '延期'), ('paused', '中止'), ('resumed', '恢复计时'), ('reset', '重新起算'), ('followed', '随全程期限变动')], max_length=10)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('before_on', models.DateField(null=True)),
                ('after_on', models.DateField(null=True)),
                ('before_at', models.DateTimeField(blank=True, null=True)),
                ('after_at', models.DateTimeField(blank=True, null=True)),
                ('calendar', models.CharField(blank=True, max_length=120)),
                ('moved_at', models.DateTimeField()),
                ('clock', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='moves', to='cases.clock')),
                ('reprojection', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='limits.reprojection')),
            ],
            options={
                'ordering': ('moved_at', 'id'),
            },
        ),
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mode', models.CharField(choices=[('', '不影响'), ('pause', '暂停计时'), ('reset', '重新起算')], max_length=10)),
                ('missing', models.CharField(max_length=1000)),
                ('asked_at', models.DateTimeField()),
                ('received_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='cases.case')),
                ('received_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='cases.task')),
            ],
            options={
                'ordering': ('asked_at', 'id'),
                'constraints': [models.UniqueConstraint(condition=models.Q(('received_at__isnull', True)), fields=('task',), name='correction_open_once'), models.CheckConstraint(condition=models.Q(('received_at__isnull', True), ('received_at__gte', models.F('asked_at')), _connector='OR'), name='correction_runs_forward')],
            },
        ),
        migrations.CreateModel(
            name='OfficeHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('valid_from', models.DateField()),
                ('hours', models.CharField(max_length=200)),
                ('source', models.CharField(max_length=300)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='people.department')),
            ],
            options={
                'ordering': ('department', '-valid_from'),
                'constraints': [models.UniqueConstraint(fields=('department', 'valid_from'), name='office_hours_once_a_day')],
            },
        ),
        migrations.AddIndex(
            model_name='reprojection',
            index=models.Index(condition=models.Q(('finished_at__isnull', True)), fields=['id'], name='reprojection_open'),
        ),
        migrations.AddConstraint(
            model_name='clockmove',
            constraint=models.UniqueConstraint(fields=('reprojection', 'clock'), name='clock_move_once'),
        ),
    ]
