"""The first tables."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_people'),
    ]

    operations = [
        migrations.CreateModel(
            name='Sequence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('prefix', models.CharField(max_length=20, unique=True)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ('prefix',),
            },
        ),
        migrations.CreateModel(
            name='Organisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uscc', models.CharField(max_length=18, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('kind', models.CharField(choices=[('enterprise', '企业'), ('platform', '国资平台公司'), ('organ', '机关'), ('institution', '事业单位'), ('contractor', '施工单位'), ('supervisor', '监理单位'), ('other', '其他')], max_length=12)),
                ('region', models.CharField(blank=True, max_length=6)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('contact_name', models.CharField(blank=True, max_length=60)),
                ('contact_phone', models.CharField(blank=True, max_length=30)),
                ('is_demonstration', models.BooleanField(default=False)),
                ('registered_at', models.DateTimeField()),
                ('version', models.PositiveIntegerField(default=1)),
                ('department', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
            ],
            options={
                'ordering': ('uscc',),
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30, unique=True)),
                ('kind', models.CharField(choices=[('park', '园区'), ('parcel', '地块'), ('street', '街道')], max_length=10)),
                ('name', models.CharField(max_length=100)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('geojson', models.TextField(blank=True)),
                ('area_m2', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('built_area_m2', models.DecimalField(blank=True, decimal_places=2, max_digits=14, null=True)),
                ('planned_investment_fen', models.BigIntegerField(blank=True, null=True)),
                ('is_demonstration', models.BooleanField(default=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='register.place')),
            ],
            options={
                'ordering': ('code',),
            },
        ),
        migrations.CreateModel(
            name='Project',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True)),
                ('approval_code', models.CharField(blank=True, max_length=24, null=True, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('name_en', models.CharField(blank=True, max_length=200)),
                ('field', models.CharField(choices=[('transport', '交通基础设施'), ('energy', '能源'), ('water', '农林水利'), ('ecology', '生态环保'), ('social', '社会事业'), ('health', '卫生健康'), ('logistics', '城乡冷链和仓储物流'), ('municipal', '市政和产业园区基础设施'), ('parking', '停车设施'), ('strategy', '国家重大战略项目'), ('housing', '保障性安居工程'), ('new-energy', '新能源'), ('digital', '新型基础设施'), ('industry', '产业项目')], max_length=20)),
                ('content', models.TextField(blank=True, max_length=1000)),
                ('site', models.CharField(blank=True, max_length=200)),
                ('total_investment_fen', models.BigIntegerField()),
                ('planned_start_on', models.DateField(blank=True, null=True)),
                ('planned_finish_on', models.DateField(blank=True, null=True)),
                ('actual_start_on', models.DateField(blank=True, null=True)),
                ('actual_finish_on', models.DateField(blank=True, null=True)),
                ('stage', models.CharField(choices=[('reserve', '储备'), ('shortlisted', '备选'), ('applying', '申报中'), ('listed', '已入执行库'), ('issued', '已发行'), ('arrived', '已到账'), ('building', '建设中'), ('completed', '已竣工'), ('operating', '运营'), ('repaid', '已还清'), ('withdrawn', '退库'), ('deferred', '暂缓'), ('halted', '停工'), ('moved-out', '调出'), ('moved-in', '调入'), ('terminated', '终止')], default='reserve', max_length=12)),
                ('is_demonstration', models.BooleanField(default=False)),
                ('registered_at', models.DateTimeField()),
                ('request_key', models.CharField(blank=True, max_length=64, null=True, unique=True)),
                ('version', models.PositiveIntegerField(default=1)),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='register.place')),
                ('supervising_department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.department')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projects', to='register.organisation')),
            ],
            options={
                'ordering': ('number',),
            },
        ),
        migrations.CreateModel(
            name='Milestone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=30)),
                ('name', models.CharField(max_length=60)),
                ('name_en', models.CharField(blank=True, max_length=120)),
                ('position', models.PositiveIntegerField()),
                ('planned_on', models.DateField(blank=True, null=True)),
                ('forecast_on', models.DateField(blank=True, null=True)),
                ('actual_on', models.DateField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='milestones', to='register.project')),
            ],
            options={
                'ordering': ('project', 'position'),
            },
        ),
        migrations.CreateModel(
            name='Change',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('facts', models.JSONField()),
                ('by_label', models.CharField(max_length=200)),
                ('recorded_at', models.DateTimeField()),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('organisation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='register.organisation')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='register.place')),
                ('project', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='register.project')),
            ],
            options={
                'ordering': ('-recorded_at', '-id'),
            },
        ),
        migrations.CreateModel(
            name='ProjectStage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('stage', models.CharField(choices=[('reserve', '储备'), ('shortlisted', '备选'), ('applying', '申报中'), ('listed', '已入执行库'), ('issued', '已发行'), ('arrived', '已到账'), ('building', '建设中'), ('completed', '已竣工'), ('operating', '运营'), ('repaid', '已还清'), ('withdrawn', '退库'), ('deferred', '暂缓'), ('halted', '停工'), ('moved-out', '调出'), ('moved-in', '调入'), ('terminated', '终止')], max_length=12)),
                ('entered_on', models.DateField()),
                ('note', models.CharField(blank=True, max_length=300)),
                ('by_label', models.CharField(max_length=200)),
                ('recorded_at', models.DateTimeField()),
                ('identity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.identity')),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='stages', to='register.project')),
            ],
            options={
                'ordering': ('project', 'position'),
            },
        ),
        migrations.AddIndex(
            model_name='organisation',
            index=models.Index(fields=['name'], name='organisation_by_name'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('uscc'), 18), name='organisation_code_whole'),
        ),
        migrations.AddConstraint(
            model_name='organisation',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='organisation_named'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('parent', models.F('pk')), _negated=True), name='place_not_in_itself'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('area_m2__isnull', True), ('area_m2__gte', 0), _connector='OR'), name='place_area_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='place',
            constraint=models.CheckConstraint(condition=models.Q(('built_area_m2__isnull', True), ('area_m2__isnull', True), models.Q(('built_area_m2__gte', 0), ('built_area_m2__lte', models.F('area_m2'))), _connector='OR'), name='place_built_within_area'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['stage', 'number'], name='project_by_stage'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['supervising_department', 'number'], name='project_by_department'),
        ),
        migrations.AddIndex(
            model_name='project',
            index=models.Index(fields=['name'], name='project_by_name'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('total_investment_fen__gt', 0)), name='project_investment_positive'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='project_named'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('approval_code__isnull', True), models.Q(('approval_code', ''), _negated=True), _connector='OR'), name='project_code_or_none'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('planned_start_on__isnull', True), ('planned_finish_on__isnull', True), ('planned_finish_on__gte', models.F('planned_start_on')), _connector='OR'), name='project_plan_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('actual_start_on__isnull', True), ('actual_finish_on__isnull', True), ('actual_finish_on__gte', models.F('actual_start_on')), _connector='OR'), name='project_work_runs_forward'),
        ),
        migrations.AddConstraint(
            model_name='project',
            constraint=models.CheckConstraint(condition=models.Q(('stage__in', ['reserve', 'shortlisted', 'applying', 'listed', 'issued', 'arrived', 'building', 'completed', 'operating', 'repaid', 'withdrawn', 'deferred', 'halted', 'moved-out', 'moved-in', 'terminated'])), name='project_stage_known'),
        ),
        migrations.AddConstraint(
            model_name='milestone',
            constraint=models.UniqueConstraint(fields=('project', 'code'), name='milestone_once'),
        ),
        migrations.AddConstraint(
            model_name='change',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('organisation__isnull', False), ('place__isnull', True), ('project__isnull', True)), models.Q(('organisation__isnull', True), ('place__isnull', True), ('project__isnull', False)), models.Q(('organisation__isnull', True), ('place__isnull', False), ('project__isnull', True)), _connector='OR'), name='change_of_exactly_one'),
        ),
        migrations.AddConstraint(
            model_name='projectstage',
            constraint=models.UniqueConstraint(fields=('project', 'position'), name='project_stage_in_order'),
        ),
    ]
